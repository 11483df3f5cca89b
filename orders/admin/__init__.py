"""The staff pages of orders."""

from orders.admin import orders

__all__ = ["orders"]
