"""Until when a vendor takes a claim, and which complaints nobody claimed in time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import UnknownVendor, vendor_type
from fulfillment.models import Shipment
from orders.complaints.models.complaint import Complaint, ComplaintQuerySet
from orders.models import Order, OrderLine


def complaint_days(vendor: str) -> int:
    """Return for how many days after delivery the vendor takes a claim."""
    try:
        return vendor_type(vendor, TakesOrders).COMPLAINT_DAYS
    except UnknownVendor:
        return TakesOrders.COMPLAINT_DAYS


def find_deadline(order: Order, *, vendor: str, lines: Collection[OrderLine], parcel: Shipment | None) -> datetime:
    """Return until when the vendor takes a claim about these lines: so many days after the last parcel with any of them
    was delivered (where nobody says so, after it left), and from now on where nothing has left yet.
    """
    parcels = [parcel] if parcel else list(_parcels_of(order, vendor=vendor, lines=lines))
    begins = max((one.delivered_at or one.created_at for one in parcels), default=timezone.now())
    return begins + timedelta(days=complaint_days(vendor))


def past_deadline() -> ComplaintQuerySet:
    """Return open complaints whose cost is to be claimed and no longer can, the one that waits longest first.

    Work for a person: who bears the cost has to be decided anew.
    """
    return Complaint.objects.past_deadline().select_related("order").order_by("deadline", "pk")


def _parcels_of(order: Order, *, vendor: str, lines: Collection[OrderLine]) -> list[Shipment]:
    """Return the parcels with these lines; all of the vendor's where it does not say what is in them."""
    sent = list(order.shipments.filter(vendor_order__vendor=vendor).prefetch_related("lines"))
    keys = {line.pk for line in lines}
    return [one for one in sent if any(row.line_id in keys for row in one.lines.all())] or sent
