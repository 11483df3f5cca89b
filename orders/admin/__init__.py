"""The staff pages of orders."""

from orders.admin import campaigns, orders

__all__ = ["campaigns", "orders"]
