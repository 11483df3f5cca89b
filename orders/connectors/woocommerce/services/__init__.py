"""What is done with WooCommerce shops."""
