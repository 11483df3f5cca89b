"""Whether the page of an order shows what there is."""

from backoffice.engine.models import Push
from backoffice.staff.live import Live, live_version, row_versions
from backoffice.visibility import visible
from fulfillment.models import Shipment
from orders.models import Hold, Order, OrderAlarm, OrderEvent, VendorOrder


def order_live(pk: str) -> Live:
    """Return the version of the page, in one query: of the order, its parts, pushes, holds, parcels, newest event."""
    order = visible(Order.objects.filter(pk=pk)) if pk.isdigit() else Order.objects.none()
    parts = VendorOrder.objects.filter(order__in=order)
    return live_version(
        row_versions(
            order,
            parts,
            Push.objects.filter(subject_type=VendorOrder._meta.label_lower, subject_id__in=parts.values("pk")),
            Hold.objects.filter(order__in=order),
            OrderAlarm.objects.filter(order__in=order),
            Shipment.objects.filter(order__in=order),
            OrderEvent.objects.filter(order__in=order).order_by("-pk")[:1],
        )
    )
