"""The staff pages of orders."""

from orders.admin import enquiries, orders

__all__ = ["enquiries", "orders"]
