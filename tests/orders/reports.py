"""What a vendor says of an order at each station of its journey, as one growing story."""

from datetime import UTC, datetime, timedelta
from typing import Any

from backoffice.vendors.messages import (
    RANK,
    HistoryEntry,
    LineReport,
    OrderReport,
    RemoteOrderState,
    ShipmentReport,
    ShippedLine,
    Version,
)

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
RAW = {
    RemoteOrderState.DRAFT: "PENDING",
    RemoteOrderState.SUBMITTED: "PREFLIGHT",
    RemoteOrderState.CHECKED: "READY",
    RemoteOrderState.IN_PRODUCTION: "PROCESSING",
    RemoteOrderState.DONE: "FINISHED",
    RemoteOrderState.CANCELLED: "CANCELED",
    RemoteOrderState.UNKNOWN: "DREAMING",
}


def report(
    state: RemoteOrderState, *, step: int, vendor_id: str = "9", reference: str = "WEB-100001", **more: Any
) -> OrderReport:
    """Return the order at `step` (seconds since the start, which is also the newest history id)."""
    values: dict[str, Any] = {
        "vendor": "mypromo",
        "vendor_id": vendor_id,
        "reference": reference,
        "state": state,
        "raw_state": RAW[state],
        "version": Version(updated_at=START + timedelta(seconds=step), history_id=step, rank=RANK[state]),
        "lines": (LineReport(vendor_id="8", reference="1", sku="TPD123LD02LAXALOP", quantity=5, raw_state=RAW[state]),),
        "histories": tuple(
            HistoryEntry(vendor_id=number, text=f"Step {number}.", at=START + timedelta(seconds=number))
            for number in range(1, step + 1)
        ),
    }
    return OrderReport(**values | more)


def parcel(
    vendor_id: str = "7", *, quantity: int = 5, delivered: bool | None = None, late: bool | None = None
) -> ShipmentReport:
    return ShipmentReport(
        vendor_id=vendor_id,
        carrier="ups",
        tracking_code=f"1Z{vendor_id}",
        tracking_url=f"https://tracking.example.com/1Z{vendor_id}",
        raw_state="SHIPPED",
        delivered=delivered,
        late=late,
        lines=(ShippedLine(line_vendor_id="8", reference="1", sku="TPD123LD02LAXALOP", quantity=quantity),),
    )


def journey() -> list[OrderReport]:
    """Report a whole life: two parcels, a promise that moves, a delivery."""
    promised = {"shipping_latest": START + timedelta(days=900), "shipping_late": False}
    first, second = parcel("7", quantity=3), parcel("12", quantity=2)
    arrived = (parcel("7", quantity=3, delivered=True), parcel("12", quantity=2, delivered=True))
    return [
        report(RemoteOrderState.DRAFT, step=1, lines=()),
        report(RemoteOrderState.DRAFT, step=2),
        report(RemoteOrderState.SUBMITTED, step=3),
        report(RemoteOrderState.CHECKED, step=5),
        report(RemoteOrderState.IN_PRODUCTION, step=6, **promised),
        report(RemoteOrderState.IN_PRODUCTION, step=8, **promised | {"shipping_late": True}),
        report(RemoteOrderState.IN_PRODUCTION, step=9, shipments=(first,), **promised),
        report(RemoteOrderState.IN_PRODUCTION, step=10, shipments=(first, second), **promised),
        report(RemoteOrderState.UNKNOWN, step=11, shipments=(first, second), **promised),
        report(RemoteOrderState.DONE, step=12, shipments=(first, second), **promised),
        report(RemoteOrderState.DONE, step=14, shipments=arrived, **promised),
    ]
