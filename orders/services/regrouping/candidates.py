"""Which open orders of a customer go to the same recipient: they may be one parcel."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.db.models.functions import Lower

from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from fulfillment.models import Shipment
from orders.models import Hold, HoldReason, Order, OrderState
from orders.services.editing.edits import can_edit
from orders.services.editing.parts import find_obstacles
from orders.services.regrouping.eligibility import find_difference, have_same_recipient

# Of a customer's newest open orders.
LOOKED_AT = 50


@dataclass(frozen=True)
class Candidate:
    """An open order of the same recipient; `refusal` says why it cannot be merged now, "" where it can."""

    order: Order
    refusal: str = ""

    @property
    def chip(self) -> Chip:
        return OrderState(self.order.state).chip()


def find_candidates(order: Order) -> list[Candidate]:
    """Return the customer's other open orders of the shop that go to the same recipient, the newest first, in a number
    of queries that theirs does not change. Without an e-mail nobody knows whose others are.
    """
    if not order.customer_email or order.has_ended:
        return []
    parcel = Shipment.objects.filter(order=OuterRef("pk"))
    second = Hold.objects.filter(order=OuterRef("pk"), reason=HoldReason.SECOND_AT_VENDOR, released_at__isnull=True)
    others = (
        Order.objects.open()
        .annotate(email=Lower("customer_email"), has_parcel=Exists(parcel), has_second=Exists(second))
        .filter(email=order.customer_email.lower(), shop=order.shop_id, currency=order.currency)
        .filter(is_test=order.is_test)
        .exclude(pk=order.pk)
        .defer("search")
        .prefetch_related("addresses", "documents", "lines", "vendor_orders")
        .order_by("-pk")
    )
    prefetch_related_objects([order], "addresses", "documents")
    same = [other for other in others[:LOOKED_AT] if have_same_recipient(order, other)]
    obstacles = find_obstacles([part for other in same for part in other.vendor_orders.all()]) if same else {}
    return [Candidate(other, _why_not(order, other, obstacles)) for other in same]


def _why_not(order: Order, other: Order, obstacles: dict[int, str]) -> str:
    if refusal := can_edit(other).reason:
        return refusal
    for part in other.vendor_orders.all():
        if part.pk in obstacles:
            return obstacles[part.pk]
    if getattr(other, "has_parcel", False):
        return _("A parcel of %(number)s has already left.") % {"number": other.number}
    if getattr(other, "has_second", False):
        return _("A vendor may already be making %(number)s. Resolve that first.") % {"number": other.number}
    return find_difference(order, other)
