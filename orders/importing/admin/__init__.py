"""The staff pages of imports of orders."""

from orders.importing.admin import imported_orders, order_imports, order_parts

__all__ = ["imported_orders", "order_imports", "order_parts"]
