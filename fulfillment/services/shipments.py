"""Parcels as vendors report them: a set that only grows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.messages import ShipmentReport
from fulfillment.models import ProductionShipment, Shipment, ShipmentLine

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
    """All reported parcels of the vendor order are known, each once. The vendor order must be locked.

    `lines` maps our line references to ids of order lines. An old report (`is_newest` False) may add a parcel but
    changes none; what was delivered stays delivered.
    """
    changes = ShipmentChanges()
    said = {report.vendor_id: report for report in reports}
    if not said:
        return changes
    known = {row.vendor_id: row for row in vendor_order.shipments.all()}
    changes.sent = Shipment.objects.bulk_create(
        Shipment(order_id=vendor_order.order_id, vendor_order=vendor_order, vendor_id=vendor_id, **_facts(report))
        for vendor_id, report in said.items()
        if vendor_id not in known
    )
    moved = [row for row in known.values() if is_newest and row.vendor_id in said and _move(row, said, changes)]
    if moved:
        Shipment.objects.bulk_update(moved, list(_facts(said[moved[0].vendor_id])))
    changes.delivered += [row for row in changes.sent if row.delivered]
    rows = known | {row.vendor_id: row for row in changes.sent}
    lines_changed = _record_lines(rows, said.values(), lines=lines, is_newest=is_newest)
    changes.changed = bool(changes.sent or moved or lines_changed)
    return changes


def journey_of(report: ShipmentReport, *, known: Shipment | ProductionShipment | None = None) -> dict[str, Any]:
    """What the vendor says of a parcel's way, as columns; what is known to be delivered stays delivered."""
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


def _facts(report: ShipmentReport, *, known: Shipment | None = None) -> dict[str, Any]:
    return journey_of(report, known=known) | {
        "carrier": report.carrier,
        "tracking_code": report.tracking_code,
        "height_cm": report.height,
        "width_cm": report.width,
        "depth_cm": report.depth,
        "weight_g": report.weight,
    }


def _move(row: Shipment, reports: Mapping[str, ShipmentReport], changes: ShipmentChanges) -> bool:
    """Take over what is new; answers whether anything was."""
    was_delivered = row.delivered
    changed = set_changed(row, _facts(reports[row.vendor_id], known=row))
    if row.delivered and not was_delivered:
        changes.delivered.append(row)
    return bool(changed)


def _record_lines(
    rows: Mapping[str, Shipment], reports: Iterable[ShipmentReport], *, lines: Mapping[str, int], is_newest: bool
) -> bool:
    """The contents of the parcels; one INSERT for what is new, one UPDATE for what differs."""
    known = {
        (row.shipment_id, row.line_vendor_id): row
        for row in ShipmentLine.objects.filter(shipment__in=[row.pk for row in rows.values()])
    }
    wanted: dict[tuple[int, str], ShipmentLine] = {}
    for report in reports:
        for item in report.lines:
            shipment = rows[report.vendor_id]
            line = ShipmentLine(
                shipment=shipment,
                line_vendor_id=item.line_vendor_id,
                line_id=lines.get(item.reference),
                sku=item.sku,
                quantity=item.quantity,
            )
            wanted[shipment.pk, item.line_vendor_id] = line
    new = [line for key, line in wanted.items() if key not in known]
    ShipmentLine.objects.bulk_create(new)
    moved = [row for key, row in known.items() if is_newest and key in wanted and _move_line(row, wanted[key])]
    if moved:
        ShipmentLine.objects.bulk_update(moved, ["quantity", "line"])
    return bool(new or moved)


def _move_line(row: ShipmentLine, wanted: ShipmentLine) -> bool:
    if (row.quantity, row.line_id) == (wanted.quantity, wanted.line_id):
        return False
    row.quantity, row.line_id = wanted.quantity, wanted.line_id
    return True
