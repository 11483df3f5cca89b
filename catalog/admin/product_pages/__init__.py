"""What the pages of products and variants are made of."""
