"""What the pages of change sets are made of."""
