"""The pages on which staff split and merge orders, and what the page of an order says of it."""

from orders.admin.regrouping import order_parts

__all__ = ["order_parts"]
