"""Putting what WooCommerce is to know into the queue, in the transaction in which it happens."""

from collections.abc import Collection, Sequence

from django.db.models import Q

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from fulfillment.models import Shipment
from orders.connectors.woocommerce.models import SendingKind, WooConnection, WooOrder, WooSending
from orders.models import Order, OrderEvent, OrderState, ShipmentState

SEND = "orders.connectors.woocommerce.tasks.send"
COMPLETED, PROCESSING = "completed", "processing"
PARCELS = frozenset({"shipment.sent", "shipment.shipped", "shipment.delivered"})
STANDINGS = frozenset({"order.held", "order.released", "order.new"})
# With what an order comes in: it has no row here before that is over (`queue_standing`).
ARRIVAL = "order.received"
FOLLOWED = PARCELS | STANDINGS | {ARRIVAL}
_SHIPPED = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)


def follow(events: Sequence[OrderEvent]) -> None:
    """Queue what these lines of timelines mean to WooCommerce; nothing for orders of other shops."""
    parcels = {event.order_id for event in events if event.kind in PARCELS}
    arrived = {event.order_id for event in events if event.kind == ARRIVAL}
    standing = {event.order_id for event in events if event.kind in STANDINGS} - arrived
    # Most have no connection, and families of orders are read in several queries.
    if not (parcels or standing) or not WooConnection.objects.exists():
        return
    if parcels:
        for row, family in _rows_of(parcels):
            queue_parcels(row, family)
    for row in WooOrder.objects.filter(order__in=standing).select_related("connection", "order"):
        _queue_standing(row)


def queue_standing(order: Order) -> None:
    """Queue the status of an order that has just come in: it had no row when it was held."""
    row = WooOrder.objects.filter(order=order).select_related("connection", "order").first()
    if row is not None:
        _queue_standing(row)


def queue_parcels(row: WooOrder, family: Collection[int]) -> None:
    """Queue each parcel of these orders once, and that all are shipped once they are."""
    shipments = Shipment.objects.filter(order__in=family).order_by("pk")
    sendings = [
        WooSending(woo_order=row, kind=SendingKind.TRACKING, key=str(shipment.pk), shipment=shipment)
        for shipment in shipments
    ]
    if row.connection.complete_shipped and _is_shipped(family):
        sendings.append(WooSending(woo_order=row, kind=SendingKind.STATUS, key=COMPLETED, status=COMPLETED))
    _queue(sendings)


def _queue_standing(row: WooOrder) -> None:
    """Queue that it is held, or no longer; nothing where the connection sends no such status."""
    order, wanted = row.order, row.connection.hold_status
    if not wanted or order is None:
        return
    statuses = WooSending.objects.filter(woo_order=row, kind=SendingKind.STATUS)
    last = statuses.order_by("-pk").first()
    is_on_hold = last is not None and last.status == wanted
    if order.state == OrderState.HELD and not is_on_hold:
        _queue([WooSending(woo_order=row, kind=SendingKind.STATUS, status=wanted)])
    elif order.state in (OrderState.RELEASED, OrderState.NEW) and is_on_hold:
        _queue([WooSending(woo_order=row, kind=SendingKind.STATUS, status=PROCESSING)])


def _queue(sendings: list[WooSending]) -> None:
    WooSending.objects.bulk_create(sendings, ignore_conflicts=True)
    if sendings:
        enqueue_soon_on_commit(SEND, queue=WEBHOOKS_QUEUE)


def _is_shipped(family: Collection[int]) -> bool:
    """Return whether all that is left of an order is shipped: parts of it may be split off."""
    left = Order.objects.filter(pk__in=family).exclude(state=OrderState.CANCELLED)
    return left.exists() and not left.exclude(shipment__in=_SHIPPED).exists()


def _rows_of(orders: Collection[int]) -> list[tuple[WooOrder, set[int]]]:
    """Return the orders there that these, split off or merged as they may be, belong to, each with all of ours."""
    known: set[int] = set(orders)
    while True:
        related = Order.objects.filter(Q(pk__in=known) | Q(split_from__in=known) | Q(merged_into__in=known))
        found = {key for keys in related.values_list("pk", "split_from", "merged_into") for key in keys if key}
        if found <= known:
            break
        known |= found
    rows = WooOrder.objects.filter(order__in=known).select_related("connection", "order")
    return [(row, _family(row)) for row in rows]


def _family(row: WooOrder) -> set[int]:
    """Return the order that it became, what was split off, and what that went into."""
    known = {row.order_id} if row.order_id else set()
    while True:
        split = Order.objects.filter(split_from__in=known).values_list("pk", flat=True)
        merged = Order.objects.filter(pk__in=known, merged_into__isnull=False).values_list("merged_into", flat=True)
        found = {*split, *(key for key in merged if key)}
        if found <= known:
            return known
        known |= found
