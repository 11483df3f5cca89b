"""The timeline of a past order, as the intake, the vendor's reports and people would have written it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from backoffice.demo.history.plan import PastOrder
from fulfillment.models import Shipment
from orders.models import Hold, HoldReason, Order, OrderEvent, VendorOrder
from orders.services.placing.planning import reference_of

# Who works in the demo's shop.
STAFF = "demo"
REFUSAL = "The print file has 96 dpi, at least 150 dpi are needed."
REASON = "The customer ordered twice by mistake."
_MINUTE = timedelta(minutes=1)
# When it happened, who did it, what, and with which params.
Happened = tuple[datetime, str, str, dict[str, Any]]


def events_of(
    past: PastOrder, order: Order, vendor_order: VendorOrder, shipments: Sequence[Shipment]
) -> list[OrderEvent]:
    """Return the timeline as far as it has come, oldest first. None of it waits for rules."""
    happened = [*_received(past, order), *_refused(past, order, vendor_order), *_sent(past, order, vendor_order)]
    if past.is_cancelled:
        happened += _cancelled(past, order, vendor_order)
    else:
        happened += [*_produced(past, vendor_order), *_shipped(past, vendor_order, shipments)]
    return [
        OrderEvent(order=order, at=at, actor=actor, kind=kind, params=params)
        for at, actor, kind, params in sorted(happened, key=lambda one: one[0])
        if past.has_come(at)
    ]


def hold_of(past: PastOrder, order: Order) -> Hold:
    """Return the hold of an order that its vendor refused at first, long released."""
    return Hold(
        order=order,
        reason=HoldReason.VENDOR_REFUSED,
        text=REFUSAL,
        placed_by="system",
        placed_at=past.received + _MINUTE,
        released_by=STAFF,
        released_at=past.submitted - _MINUTE,
        release_note="The customer sent a new file.",
    )


def _received(past: PastOrder, order: Order) -> Iterator[Happened]:
    shop = f"shop:{order.shop.code}"
    yield past.received, shop, "order.received", {"reference": order.reference}
    yield past.received, shop, "order.released", {}


def _refused(past: PastOrder, order: Order, vendor_order: VendorOrder) -> Iterator[Happened]:
    if not past.was_refused:
        return
    vendor, at = vendor_order.vendor, past.received + _MINUTE
    said = {"vendor": vendor, "reference": reference_of(order, part=1), "said": REFUSAL}
    hold = {"reason": HoldReason.VENDOR_REFUSED.value}
    yield at, f"vendor:{vendor}", "vendor.refused", said
    yield at, "system", "hold.placed", hold | {"text": REFUSAL}
    yield at, "system", "production.failed", {"was": "none"}
    freed = past.submitted - _MINUTE
    yield freed, STAFF, "hold.released", hold | {"note": "The customer sent a new file."}
    yield freed, STAFF, "order.released", {}


def _sent(past: PastOrder, order: Order, vendor_order: VendorOrder) -> Iterator[Happened]:
    params, actor = _params(vendor_order), f"vendor:{vendor_order.vendor}"
    yield past.submitted - _MINUTE / 30, actor, "vendor.draft", params
    yield past.submitted, actor, "vendor.submitted", params
    yield past.submitted, "system", "production.sent", {"was": "failed" if past.was_refused else "none"}


def _cancelled(past: PastOrder, order: Order, vendor_order: VendorOrder) -> Iterator[Happened]:
    asked = past.submitted + 6 * _MINUTE
    yield asked, f"shop:{order.shop.code}", "order.cancel_requested", {"reason": REASON}
    yield past.checked, f"vendor:{vendor_order.vendor}", "vendor.cancelled", _params(vendor_order)
    yield past.checked, f"vendor:{vendor_order.vendor}", "order.cancelled", {}
    yield past.checked, "system", "production.none", {"was": "sent"}


def _produced(past: PastOrder, vendor_order: VendorOrder) -> Iterator[Happened]:
    params, actor = _params(vendor_order), f"vendor:{vendor_order.vendor}"
    yield past.checked, actor, "vendor.checked", params
    yield past.begun, actor, "vendor.in_production", params
    yield past.begun, "system", "production.in_production", {"was": "sent"}
    yield past.left, actor, "vendor.done", params
    yield past.left, "system", "production.done", {"was": "in_production"}


def _shipped(past: PastOrder, vendor_order: VendorOrder, shipments: Sequence[Shipment]) -> Iterator[Happened]:
    actor = f"vendor:{vendor_order.vendor}"
    for parcel in shipments:
        named = {"carrier": parcel.carrier, "tracking_code": parcel.tracking_code, "url": parcel.tracking_url}
        yield parcel.created_at, actor, "shipment.sent", named
        yield past.arrived, actor, "shipment.arrived", named
    if shipments:
        yield shipments[-1].created_at, "system", "shipment.shipped", {"was": "none"}
    yield past.arrived, "system", "shipment.delivered", {"was": "shipped"}
    yield past.arrived, "system", "order.closed", {}


def _params(vendor_order: VendorOrder) -> dict[str, str]:
    return {
        "vendor": vendor_order.vendor,
        "reference": vendor_order.reference,
        "vendor_id": vendor_order.vendor_id,
    }
