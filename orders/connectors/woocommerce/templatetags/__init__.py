"""What pages of others show of WooCommerce."""
