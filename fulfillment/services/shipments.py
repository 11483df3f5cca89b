"""Parcels as vendors report them: a set that only grows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.messages import ShipmentReport
from fulfillment.models import ProductionOrder, Shipment, ShipmentLine
from fulfillment.models.shipment import ReportedParcel

if TYPE_CHECKING:
    from orders.models import VendorOrder


@dataclass
class ShipmentChanges:
    """What a report changed: parcels not known before, and parcels that have arrived since."""

    sent: list[Shipment] = field(default_factory=list)
    delivered: list[Shipment] = field(default_factory=list)
    changed: bool = False


def record_shipments(
    vendor_order: "VendorOrder", reports: Iterable[ShipmentReport], *, lines: Mapping[str, int], is_newest: bool
) -> ShipmentChanges:
    """Record all reported parcels of the vendor order, each once. The vendor order must be locked.

    `lines` maps our line references to ids of order lines. An old report (`is_newest` False) may add a parcel but
    changes none; what was delivered stays delivered.
    """
    changes = ShipmentChanges()
    reported = {report.vendor_id: report for report in reports}
    if not reported:
        return changes
    known = {row.vendor_id: row for row in vendor_order.shipments.all()}
    changes.sent = Shipment.objects.bulk_create(
        Shipment(order_id=vendor_order.order_id, vendor_order=vendor_order, vendor_id=key, **parcel_values(report))
        for key, report in reported.items()
        if key not in known
    )
    moved = []
    for row in [row for key, row in known.items() if is_newest and key in reported]:
        was_delivered = row.delivered
        if set_changed(row, parcel_values(reported[row.vendor_id], known=row)):
            moved.append(row)
        if row.delivered and not was_delivered:
            changes.delivered.append(row)
    if moved:
        Shipment.objects.bulk_update(moved, list(parcel_values(reported[moved[0].vendor_id])))
    changes.delivered += [row for row in changes.sent if row.delivered]
    rows = known | {row.vendor_id: row for row in changes.sent}
    lines_changed = _record_lines(rows, reported.values(), lines=lines, is_newest=is_newest)
    changes.changed = bool(changes.sent or moved or lines_changed)
    return changes


def has_new_parcels(row: "VendorOrder | ProductionOrder", reports: Iterable[ShipmentReport]) -> bool:
    """Return whether a parcel is reported that the row does not have yet; without any, no query is made."""
    reported = {report.vendor_id for report in reports}
    return bool(reported) and not reported.issubset(row.shipments.values_list("vendor_id", flat=True))


def journey_of(report: ShipmentReport, *, known: ReportedParcel | None = None) -> dict[str, Any]:
    """Return a parcel's way as columns; what is known to be delivered stays delivered."""
    was_delivered = known is not None and known.delivered
    return {
        "raw_state": report.raw_state,
        "tracking_url": report.tracking_url,
        "delivered": True if was_delivered else report.delivered,
        "delivered_at": report.delivered_at or (known.delivered_at if known and was_delivered else None),
        "delivery_earliest": report.delivery_earliest,
        "delivery_latest": report.delivery_latest,
        "late": report.late,
    }


def parcel_values(report: ShipmentReport, *, known: ReportedParcel | None = None) -> dict[str, Any]:
    """Return all columns that the vendor decides of a parcel which it alone knows."""
    return journey_of(report, known=known) | {
        "carrier": report.carrier,
        "tracking_code": report.tracking_code,
        "height_cm": report.height,
        "width_cm": report.width,
        "depth_cm": report.depth,
        "weight_g": report.weight,
    }


def _record_lines(
    rows: Mapping[str, Shipment], reports: Iterable[ShipmentReport], *, lines: Mapping[str, int], is_newest: bool
) -> bool:
    """Record the contents of the parcels: one INSERT for what is new, one UPDATE for what differs."""
    known = {
        (row.shipment_id, row.line_vendor_id): row
        for row in ShipmentLine.objects.filter(shipment__in=[row.pk for row in rows.values()])
    }
    new, moved = {}, []
    for shipment, item in ((rows[report.vendor_id], item) for report in reports for item in report.lines):
        key = (shipment.pk, item.line_vendor_id)
        values = {"quantity": item.quantity, "line_id": lines.get(item.reference)}
        if key not in known:
            new[key] = ShipmentLine(shipment=shipment, line_vendor_id=key[1], sku=item.sku, **values)
        elif is_newest and set_changed(known[key], values):
            moved.append(known[key])
    ShipmentLine.objects.bulk_create(new.values())
    if moved:
        ShipmentLine.objects.bulk_update(moved, ["quantity", "line"])
    return bool(new or moved)
