"""The door for WooCommerce's webhooks."""
