"""What the list of orders is made of."""
