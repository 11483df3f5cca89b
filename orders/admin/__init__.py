"""The staff pages of orders."""

from orders.admin import notices, orders, rules

__all__ = ["notices", "orders", "rules"]
