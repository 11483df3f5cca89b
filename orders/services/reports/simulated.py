"""Test orders of vendors without a sandbox, moved along here: what such a vendor might report, by the clock.

Nobody is asked, and nothing leaves. Reports end where those of vendors do, so a test order goes the way of a real one:
in production after one step (TEST_ORDER_STEP_SECONDS), shipped after two, delivered after three.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.vendors.messages import OrderReport, RemoteOrderState, ShipmentReport, Version
from backoffice.vendors.registry import SIMULATED
from orders.models import VendorOrder, VendorOrderState
from orders.models.order import OPEN_STATES
from orders.services.reports.applying import apply_order_report

# Moved by one run; the next one goes on.
MOST_AT_ONCE = 200
_ON_ITS_WAY = (
    VendorOrderState.SUBMITTED,
    VendorOrderState.CHECKED,
    VendorOrderState.IN_PRODUCTION,
    VendorOrderState.DONE,
)
_MADE, _SHIPPED, _DELIVERED = 1, 2, 3


def simulated_report(row: VendorOrder, state: RemoteOrderState, *, delivered: bool | None = None) -> OrderReport:
    """Return what the simulator reports of the part: `delivered` of its one parcel, None where there is none yet."""
    now = timezone.now()
    parcel = ShipmentReport(
        vendor_id="test",
        carrier="test",
        tracking_code=f"TEST-{row.reference}",
        delivered=delivered,
        delivered_at=now if delivered else None,
    )
    return OrderReport(
        vendor=row.vendor,
        vendor_id=row.vendor_id,
        reference=row.reference,
        state=state,
        raw_state=state.value,
        version=Version(updated_at=now),
        shipments=() if delivered is None else (parcel,),
    )


def move_simulated_orders() -> int:
    """Move what is at the simulator to where the clock says it is; return how many parts moved. What is to be cancelled
    stays where it is.
    """
    step, now = timedelta(seconds=settings.TEST_ORDER_STEP_SECONDS), timezone.now()
    rows = VendorOrder.objects.filter(
        vendor=SIMULATED,
        state__in=_ON_ITS_WAY,
        submitted_at__lte=now - step,
        order__is_test=True,
        order__state__in=OPEN_STATES,
        order__cancel_requested_at__isnull=True,
    )
    moved = 0
    for row in rows.order_by("pk")[:MOST_AT_ONCE]:
        steps = (now - row.submitted_at) // step if row.submitted_at and step else _DELIVERED
        if report := _next_report(row, steps):
            apply_order_report(report, source="poll")
            moved += 1
    return moved


def _next_report(row: VendorOrder, steps: int) -> OrderReport | None:
    """Return the next thing to report of the part, one at a time; None while it is where it should be."""
    is_done = row.state == VendorOrderState.DONE
    if steps >= _MADE and not is_done and row.state != VendorOrderState.IN_PRODUCTION:
        return simulated_report(row, RemoteOrderState.IN_PRODUCTION)
    if steps >= _SHIPPED and not is_done:
        return simulated_report(row, RemoteOrderState.DONE, delivered=False)
    if steps >= _DELIVERED and is_done and row.shipments.exclude(delivered=True).exists():
        return simulated_report(row, RemoteOrderState.DONE, delivered=True)
    return None
