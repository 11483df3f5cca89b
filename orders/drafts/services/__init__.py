"""Drafts of orders: kept as typed, checked while they are typed, and placed through the intake of all orders."""
