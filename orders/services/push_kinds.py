"""The kinds of pushes that are about a part of an order, and what all of them have in common."""

from backoffice.engine.models import Push
from backoffice.engine.services.handlers import PushHandler, V
from backoffice.engine.services.pushes import queue_push
from orders.models import Order, OrderEvent, VendorOrder

PLACE, CANCEL, DISCARD = "orders.place", "orders.cancel", "orders.discard"


class VendorOrderHandler(PushHandler[V]):
    """A push about a vendor order, which changes its order: that is locked first."""

    def lock(self, push: Push) -> None:
        order_id = VendorOrder.objects.values_list("order_id", flat=True).get(pk=push.subject_id)
        Order.objects.locked(order_id)

    def needs_attention(self, push: Push) -> None:
        self.note(push, "push.needs_attention", push_kind=push.kind, step=push.step)

    def decided(self, push: Push, *, happened: bool) -> None:
        self.note(push, "push.decided", push_kind=push.kind, step=push.step, happened=happened)

    def note(self, push: Push, kind: str, **params: object) -> None:
        """Write a line about the push into the order's timeline."""
        row = VendorOrder.objects.get(pk=push.subject_id)
        params = {"vendor": row.vendor, "reference": row.reference, **params}
        OrderEvent.objects.create(order_id=row.order_id, actor="system", kind=kind, params=params, push=push)


def discard_draft(vendor_order: VendorOrder, vendor_id: str, *, actor: str) -> Push:
    """Give up that id at the vendor for good, and have it cancelled there. The row must be locked."""
    if vendor_id not in vendor_order.abandoned_ids:
        vendor_order.abandoned_ids = [*vendor_order.abandoned_ids, vendor_id]
        vendor_order.save(update_fields=["abandoned_ids", "updated_at"])
    return queue_push(
        DISCARD, vendor=vendor_order.vendor, subject=vendor_order, actor=actor, payload={"ids": [vendor_id]}, merge=True
    )
