"""What the page of one production order is made of."""
