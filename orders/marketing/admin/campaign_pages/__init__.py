"""What the pages of card campaigns are made of."""
