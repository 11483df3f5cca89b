"""Drafts that are given up: never submitted, never adopted, and cancelled at the vendor."""

from backoffice.engine.models import Push
from backoffice.engine.services.pushes import queue_push
from orders.models import VendorOrder
from orders.services.push_kinds import DISCARD


def discard_draft(vendor_order: VendorOrder, vendor_id: str, *, actor: str) -> Push:
    """That id at the vendor is given up for good and will be cancelled there. The row must be locked."""
    if vendor_id not in vendor_order.abandoned_ids:
        vendor_order.abandoned_ids = [*vendor_order.abandoned_ids, vendor_id]
        vendor_order.save(update_fields=["abandoned_ids", "updated_at"])
    return queue_push(
        DISCARD,
        vendor=vendor_order.vendor,
        subject=vendor_order,
        actor=actor,
        payload={"ids": [vendor_id]},
        merge=True,
    )
