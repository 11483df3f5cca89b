"""Orders whose lines can no longer be made: what a sync of the catalogue means for what was sold."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join
from catalog.models import Variant
from catalog.services.orderable import can_make
from orders.models import Hold, HoldReason, Order, OrderLine, ProductionState
from orders.models.order import OPEN_STATES
from orders.models.vendor_order import UNSUBMITTED, VendorOrderLine
from orders.services.holds import hold_if_open

# A part of the order may be at its vendor while another is not.
_UNFINISHED = (ProductionState.NONE, ProductionState.SENT)
MOST_NAMED = 10


def hold_unmakeable_orders() -> int:
    """Hold every open order of which a line, not yet submitted, is gone, inactive or no longer orderable at its
    vendor. Whoever releases one decides for good: it is held anew only when the vendor changed the variant since.

    Return how many orders were held.
    """
    found: dict[int, list[OrderLine]] = {}
    for line in unmakeable_lines().order_by("order_id", "position"):
        found.setdefault(line.order_id, []).append(line)
    return sum(_hold(order_id, lines) for order_id, lines in found.items())


def unmakeable_lines() -> QuerySet[OrderLine]:
    """Return lines of open orders that their vendor has not yet and could not make now."""
    not_offered = Variant.objects.filter(
        Q(gone_at__isnull=False) | Q(active=False) | Q(orderable=False), vendor=OuterRef("vendor"), sku=OuterRef("sku")
    )
    at_vendor = VendorOrderLine.objects.filter(line=OuterRef("pk")).exclude(vendor_order__state__in=UNSUBMITTED)
    return OrderLine.objects.filter(
        Exists(not_offered), ~Exists(at_vendor), order__state__in=OPEN_STATES, order__production__in=_UNFINISHED
    )


@transaction.atomic
def _hold(order_id: int, lines: list[OrderLine]) -> bool:
    order = Order.objects.locked(order_id)
    if order.has_ended:  # it ended since it was found
        return False
    rows = Variant.objects.filter(vendor__in={line.vendor for line in lines}, sku__in={line.sku for line in lines})
    variants = {(row.vendor, row.sku): row for row in rows}
    changed_at = max(variants[line.vendor, line.sku].changed_at for line in lines)
    if Hold.objects.filter(order=order, reason=HoldReason.UNAVAILABLE, placed_at__gte=changed_at).exists():
        return False
    reasons = [can_make(variants[line.vendor, line.sku]).reason for line in lines]
    more = ["…"] if len(reasons) > MOST_NAMED else []
    text = _("Can no longer be made. %(lines)s") % {"lines": join([*reasons[:MOST_NAMED], *more])}
    hold_if_open(order, reason=HoldReason.UNAVAILABLE, text=text, actor="system")
    return True
