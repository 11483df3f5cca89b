"""The staff pages of orders."""

from orders.admin import address_grid, enquiries, orders, strays

__all__ = ["address_grid", "enquiries", "orders", "strays"]
