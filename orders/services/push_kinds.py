"""The kinds of pushes that are about a part of an order."""

PLACE, CANCEL, DISCARD = "orders.place", "orders.cancel", "orders.discard"
