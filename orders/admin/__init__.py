"""The staff pages of orders."""

from orders.admin import enquiries, orders, strays

__all__ = ["enquiries", "orders", "strays"]
