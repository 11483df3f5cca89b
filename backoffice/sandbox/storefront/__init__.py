"""A storefront that takes webhooks, verifies them as its developer would, and shows what came."""
