"""Production and shipment of an order: derived from its vendor orders and parcels, never typed in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from fulfillment.models import Shipment, ShipmentLine
from orders.models import Order, OrderEvent, OrderState, ProductionState, ShipmentState, VendorOrder, VendorOrderState
from orders.models.event import awaits_rules
from orders.models.vendor_order import UNSUBMITTED, VendorOrderLine

_STARTED = {VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE}


def derive_statuses(order: Order, *, noted: Sequence[OrderEvent] = ()) -> bool:
    """Bring production, shipment, lateness and ship-by date of a locked order up to date, with a line in the timeline
    each; close it when all is produced and delivered. Return whether anything changed. Lines of the timeline that were
    `noted` before are written with its own.
    """
    vendor_orders = [row for row in order.vendor_orders.all() if row.state != VendorOrderState.DROPPED]
    in_force = [row for row in vendor_orders if row.state != VendorOrderState.CANCELLED]
    shipments = list(order.shipments.all())
    shipment = _shipment(order, in_force, shipments)
    ship_by = min((row.shipping_latest for row in in_force if row.shipping_latest), default=None)
    changed = _set(
        order,
        noted=noted,
        production=_production(order, vendor_orders),
        shipment=shipment,
        ship_by=ship_by,
        late=_is_late(in_force, shipments, shipment=shipment, ship_by=ship_by),
    )
    is_finished = (order.production, order.shipment) == (ProductionState.DONE, ShipmentState.DELIVERED)
    if is_finished and order.may_become(OrderState.CLOSED):
        order.move_to(OrderState.CLOSED, actor="system")
        return True
    return changed


def _production(order: Order, vendor_orders: list[VendorOrder]) -> ProductionState:
    states = {VendorOrderState(row.state) for row in vendor_orders}
    if VendorOrderState.REFUSED in states or (VendorOrderState.CANCELLED in states and not order.cancel_requested_at):
        return ProductionState.FAILED
    states -= {VendorOrderState.CANCELLED}
    if states.issubset(UNSUBMITTED):
        return ProductionState.NONE
    if states == {VendorOrderState.DONE}:
        return ProductionState.DONE
    return ProductionState.IN_PRODUCTION if states & _STARTED else ProductionState.SENT


def _shipment(order: Order, in_force: list[VendorOrder], shipments: list[Shipment]) -> ShipmentState:
    if not shipments:
        return ShipmentState.NONE
    if not _all_shipped(order, in_force, shipments):
        return ShipmentState.PARTIAL
    return ShipmentState.DELIVERED if all(row.delivered for row in shipments) else ShipmentState.SHIPPED


def _all_shipped(order: Order, in_force: list[VendorOrder], shipments: list[Shipment]) -> bool:
    """Count from the parcels: a vendor may call an order finished with pieces missing. A parcel that names no lines
    holds all of its vendor order.
    """
    shipped: Counter[int | None] = Counter()
    listed = set()
    for row in ShipmentLine.objects.filter(shipment__order=order):
        shipped[row.line_id] += row.quantity
        listed.add(row.shipment_id)
    whole = {row.vendor_order_id for row in shipments if row.pk not in listed}
    ordered = VendorOrderLine.objects.filter(vendor_order__in=in_force).select_related("line")
    return all(row.vendor_order_id in whole or shipped[row.line_id] >= row.line.quantity for row in ordered)


def _is_late(
    in_force: Iterable[VendorOrder], shipments: Iterable[Shipment], *, shipment: ShipmentState, ship_by: datetime | None
) -> bool:
    """Return whether it is late to be shipped, as the vendor says or by the clock, or late on the way."""
    if shipment in (ShipmentState.NONE, ShipmentState.PARTIAL):
        overdue = ship_by is not None and ship_by < timezone.now()
        if overdue or any(row.late for row in in_force):
            return True
    return any(row.late and not row.delivered for row in shipments)


def _set(order: Order, *, noted: Sequence[OrderEvent], **values: Any) -> bool:
    """Save what differs, with a line in the timeline for production, shipment and lateness. Return whether any did."""
    before = {name: getattr(order, name) for name in values}
    changed = set_changed(order, values)
    if not changed:
        OrderEvent.objects.bulk_create(noted)
        return False
    order.save(update_fields=[*changed, "updated_at"])
    kinds = {f"{name}.{values[name]}": {"was": before[name]} for name in changed if name in ("production", "shipment")}
    if "late" in changed and order.late:
        kinds["order.late"] = {}
    own = (OrderEvent(order=order, actor="system", kind=kind, params=params) for kind, params in kinds.items())
    OrderEvent.objects.bulk_create([*noted, *own])
    if any(awaits_rules(kind) for kind in kinds):
        enqueue_soon_on_commit(RUN_RULES)
    return True
