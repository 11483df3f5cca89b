"""The staff pages of drafts."""

from orders.drafts.admin import draft_orders, order_parts

__all__ = ["draft_orders", "order_parts"]
