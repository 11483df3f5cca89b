"""Orders that are being typed in."""

from orders.drafts.models.draft_order import DraftOrder, new_reference

__all__ = ["DraftOrder", "new_reference"]
