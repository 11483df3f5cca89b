"""What the page of one order is made of."""
