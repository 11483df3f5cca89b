"""The kinds of pushes that are about a part of an order, and what all of them have in common."""

from backoffice.engine.models import Push
from backoffice.engine.services.handlers import PushHandler, V
from orders.models import Order, OrderEvent, VendorOrder

PLACE, CANCEL, DISCARD = "orders.place", "orders.cancel", "orders.discard"


class VendorOrderHandler(PushHandler[V]):
    """All pushes of orders are about a vendor order and change its order, which is locked first."""

    def lock(self, push: Push) -> None:
        order_id = VendorOrder.objects.values_list("order_id", flat=True).get(pk=push.subject_id)
        Order.objects.locked(order_id)

    def needs_attention(self, push: Push) -> None:
        self.note(push, "push.needs_attention", actor="system")

    def decided(self, push: Push, *, happened: bool) -> None:
        self.note(push, "push.decided", actor="system", happened=happened)

    def note(self, push: Push, kind: str, *, actor: str, **params: object) -> None:
        """A line in the order's timeline about the push."""
        row = VendorOrder.objects.get(pk=push.subject_id)
        words = {"vendor": row.vendor, "reference": row.reference, "push_kind": push.kind, "step": push.step}
        OrderEvent.objects.create(order_id=row.order_id, actor=actor, kind=kind, params=words | params, push=push)
