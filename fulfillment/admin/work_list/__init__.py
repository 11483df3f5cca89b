"""What the list of production orders is made of."""
