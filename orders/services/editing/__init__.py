"""Changing an order after it came in, as long as the part that changes is not being made."""
