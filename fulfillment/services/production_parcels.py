"""Parcels of production orders as the vendor shows them: a set that only grows, ours found again in it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from backoffice.engine.models import Callback, Push
from backoffice.engine.services.changes import set_changed
from backoffice.vendors.messages import ShipmentReport
from fulfillment.models import (
    DispatchState,
    Label,
    ParcelState,
    ProductionEvent,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionShipmentLine,
)
from fulfillment.services.shipments import journey_of, parcel_values
from fulfillment.services.tracking_codes import without_spaces

# A parcel in one of these has left us, or is about to.
GONE_STATES = (ParcelState.WAITING, ParcelState.REPORTED)


def record_parcels(
    row: ProductionOrder, reports: Iterable[ShipmentReport], *, is_newest: bool, origin: dict[str, Any]
) -> bool:
    """Record all reported parcels, each once, and how much of the order has left us; return whether any changed.

    One of ours whose response never came is found by carrier and code. The production order must be locked, its items
    recorded.
    """
    changed = False
    for report in reports:
        parcel = row.shipments.filter(vendor_id=report.vendor_id).first() or find_unbound(row, report)
        if parcel is None:
            add_foreign_parcel(row, report, origin=origin)
            changed = True
        elif not parcel.vendor_id:
            bind_parcel(parcel, report, origin=origin)
            changed = True
        else:
            changed |= is_newest and _update(parcel, report)
    return derive_dispatch(row) or changed


def find_unbound(row: ProductionOrder, report: ShipmentReport) -> ProductionShipment | None:
    """Return our oldest parcel with that carrier and code that the vendor has not numbered yet, as far as we know; one
    that it refused only where no other has the code.
    """
    unbound = row.shipments.filter(vendor_id="").exclude(state=ParcelState.WITHDRAWN).order_by("pk")
    found = sorted(unbound, key=lambda parcel: parcel.state == ParcelState.REFUSED)
    return next((parcel for parcel in found if is_same_parcel(parcel, report)), None)


def is_same_parcel(parcel: ProductionShipment, report: ShipmentReport) -> bool:
    """Compare carrier and code, which the vendor may spell in another case."""
    made, shown = ((row.carrier.lower(), without_spaces(row.tracking_code).upper()) for row in (parcel, report))
    return made == shown


def bind_parcel(parcel: ProductionShipment, report: ShipmentReport, *, origin: dict[str, Any]) -> None:
    """Record that the vendor has our parcel under that id. Doing so again changes nothing.

    A duplicate that was taken for a foreign parcel is the same one, seen before its response was recorded.
    """
    parcel.production_order.shipments.filter(vendor_id=report.vendor_id).exclude(pk=parcel.pk).delete()
    is_new = not parcel.vendor_id
    set_changed(parcel, journey_of(report))
    parcel.vendor_id, parcel.state = report.vendor_id, ParcelState.REPORTED
    parcel.reported_at = parcel.reported_at or timezone.now()
    parcel.save()
    if is_new:
        note_parcel(parcel, "parcel.reported", url=parcel.tracking_url, **origin)


def add_foreign_parcel(row: ProductionOrder, report: ShipmentReport, *, origin: dict[str, Any]) -> None:
    """Record a parcel that was reported elsewhere, in the vendor's portal for example."""
    parcel = ProductionShipment.objects.create(
        production_order=row,
        label=_label_of(row, report),
        state=ParcelState.REPORTED,
        vendor_id=report.vendor_id,
        force=report.forced is True,
        is_whole=not report.lines,
        made_by=origin["actor"],
        reported_at=timezone.now(),
        **parcel_values(report),
    )
    items = {item.vendor_id: item for item in row.items.all()}
    # Without lines the vendor takes the whole order for shipped.
    quantities = {line.line_vendor_id: line.quantity for line in report.lines}
    quantities = quantities or {vendor_id: item.quantity for vendor_id, item in items.items()}
    ProductionShipmentLine.objects.bulk_create(
        ProductionShipmentLine(shipment=parcel, item=items[vendor_id], quantity=quantity)
        for vendor_id, quantity in quantities.items()
        if vendor_id in items
    )
    note_parcel(parcel, "parcel.seen", url=parcel.tracking_url, **origin)


def note_parcel(
    parcel: ProductionShipment,
    kind: str,
    *,
    actor: str,
    push: Push | None = None,
    callback: Callback | None = None,
    **params: object,
) -> None:
    """Write a line into the timeline of the parcel's production order."""
    params = {"carrier": parcel.carrier, "tracking_code": parcel.tracking_code} | params
    origin = {"actor": actor, "push": push, "callback": callback}
    ProductionEvent.objects.create(production_order_id=parcel.production_order_id, kind=kind, params=params, **origin)


def _label_of(row: ProductionOrder, report: ShipmentReport) -> Label | None:
    """Return the label that the parcel carries, by its code."""
    labels = Label.objects.filter(production_order=row, parcel=None, carrier__iexact=report.carrier)
    return labels.with_code(without_spaces(report.tracking_code)).first()


def derive_dispatch(row: ProductionOrder) -> bool:
    """Derive how many of each item, and how much of the order, have left us; return whether that changed.

    The production order must be locked.
    """
    lines = ProductionShipmentLine.objects.filter(shipment__production_order=row, shipment__state__in=GONE_STATES)
    shipped = dict(lines.values_list("item").annotate(Sum("quantity")))
    items = list(row.items.all())
    moved = [item for item in items if item.shipped != shipped.get(item.pk, 0)]
    for item in moved:
        item.shipped = shipped.get(item.pk, 0)
    ProductionItem.objects.bulk_update(moved, ["shipped"])
    changed = set_changed(row, {"dispatch": _dispatch(items)})
    if changed:
        row.save(update_fields=["dispatch", "updated_at"])
    return bool(moved or changed)


def _dispatch(items: list[ProductionItem]) -> DispatchState:
    if not any(item.shipped for item in items):
        return DispatchState.NONE
    return DispatchState.PARTIAL if any(item.remaining for item in items) else DispatchState.SHIPPED


def _update(parcel: ProductionShipment, report: ShipmentReport) -> bool:
    """Take over what only the vendor knows: what we reported of a parcel ourselves stays as we reported it."""
    changed = set_changed(parcel, journey_of(report, known=parcel))
    if changed:
        parcel.save(update_fields=[*changed, "updated_at"])
    return bool(changed)
