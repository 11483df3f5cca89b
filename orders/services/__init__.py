"""What people, shops and vendors do with orders. Flat: the life of an order. Packages: what it takes for that."""
