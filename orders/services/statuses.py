"""Production and shipment of an order: derived from its vendor orders and parcels, never typed in."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from fulfillment.models import Shipment, ShipmentLine
from orders.models import (
    Order,
    OrderEvent,
    OrderState,
    ProductionState,
    ShipmentState,
    VendorOrder,
    VendorOrderState,
)
from orders.models.event import awaits_rules
from orders.models.vendor_order import VendorOrderLine

_NOT_SENT = {VendorOrderState.PLANNED, VendorOrderState.DRAFT}
_STARTED = {VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE}


def derive_statuses(order: Order) -> bool:
    """Bring the axes, lateness and ship-by date of a locked order up to date, with a line in the timeline each;
    close it when all is produced and delivered. Answers whether anything changed.
    """
    vendor_orders = list(order.vendor_orders.all())
    in_force = [row for row in vendor_orders if row.state != VendorOrderState.CANCELLED]
    shipments = list(order.shipments.all())
    shipment = _shipment(order, in_force, shipments)
    ship_by = min((row.shipping_latest for row in in_force if row.shipping_latest), default=None)
    changed = _set(
        order,
        production=_production(order, vendor_orders),
        shipment=shipment,
        ship_by=ship_by,
        late=_is_late(in_force, shipments, shipment=shipment, ship_by=ship_by),
    )
    if _is_finished(order):
        order.move_to(OrderState.CLOSED, actor="system")
        return True
    return changed


def _production(order: Order, vendor_orders: list[VendorOrder]) -> ProductionState:
    states = {VendorOrderState(row.state) for row in vendor_orders}
    asked_to_cancel = order.cancel_requested_at is not None
    if VendorOrderState.REFUSED in states or (VendorOrderState.CANCELLED in states and not asked_to_cancel):
        return ProductionState.FAILED
    states -= {VendorOrderState.CANCELLED}
    if states <= _NOT_SENT:
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
    """Counted from the parcels: a vendor may call an order finished with pieces missing.

    A parcel that names no lines holds all of its vendor order.
    """
    shipped: Counter[int | None] = Counter()
    listed = set()
    for row in ShipmentLine.objects.filter(shipment__order=order):
        shipped[row.line_id] += row.quantity
        listed.add(row.shipment_id)
    whole = {row.vendor_order_id for row in shipments if row.pk not in listed}
    wanted = VendorOrderLine.objects.filter(vendor_order__in=in_force).select_related("line")
    return all(row.vendor_order_id in whole or shipped[row.line_id] >= row.line.quantity for row in wanted)


def _is_late(
    in_force: Iterable[VendorOrder],
    shipments: Iterable[Shipment],
    *,
    shipment: ShipmentState,
    ship_by: datetime | None,
) -> bool:
    """Late to be shipped, by the vendor's word or by the clock, or late on the way."""
    if shipment in (ShipmentState.NONE, ShipmentState.PARTIAL):
        overdue = ship_by is not None and ship_by < timezone.now()
        if overdue or any(row.late for row in in_force):
            return True
    return any(row.late and not row.delivered for row in shipments)


def _set(order: Order, **values: Any) -> bool:
    """Save what differs; each changed axis gets its line in the timeline."""
    changed = {name: value for name, value in values.items() if getattr(order, name) != value}
    if not changed:
        return False
    events = [
        _moved(order, kind=f"{name}.{value}", was=getattr(order, name))
        for name, value in changed.items()
        if name in ("production", "shipment")
    ]
    if changed.get("late"):
        events.append(OrderEvent(order=order, actor="system", kind="order.late"))
    for name, value in changed.items():
        setattr(order, name, value)
    order.save(update_fields=[*changed, "updated_at"])
    OrderEvent.objects.bulk_create(events)
    if any(event.awaiting_rules for event in events):
        enqueue_soon_on_commit(RUN_RULES)
    return True


def _moved(order: Order, *, kind: str, was: str) -> OrderEvent:
    return OrderEvent(order=order, actor="system", kind=kind, params={"was": was}, awaiting_rules=awaits_rules(kind))


def _is_finished(order: Order) -> bool:
    return (
        order.production == ProductionState.DONE
        and order.shipment == ShipmentState.DELIVERED
        and order.may_become(OrderState.CLOSED)
    )
