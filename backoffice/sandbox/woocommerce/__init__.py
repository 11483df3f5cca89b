"""A shop's WooCommerce: what of its REST API v3 a back office uses, and its webhooks."""
