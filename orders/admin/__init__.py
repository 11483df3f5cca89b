"""The staff pages of orders."""

from orders.admin import address_grid, enquiries, erased, orders, strays

__all__ = ["address_grid", "enquiries", "erased", "orders", "strays"]
