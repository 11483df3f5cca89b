"""The page on which staff edit an order."""
