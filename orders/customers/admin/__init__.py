"""The staff pages of customers."""

from orders.customers.admin import customers, order_part

__all__ = ["customers", "order_part"]
