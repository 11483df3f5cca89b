"""Taking orders in: what a storefront sends, what stands against it, and the rows that come of it."""
