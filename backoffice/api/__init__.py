"""What storefronts talk to: keys, strict JSON, problem details, paging, and the OpenAPI document."""
