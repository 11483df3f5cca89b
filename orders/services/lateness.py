"""What time alone changes: orders that become late, and orders that nobody will report on any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from orders.models import Order, OrderEvent, OrderState, ProductionState, ShipmentState

# Produced and shipped, and no report of the delivery: after that long it counts as delivered, and is closed.
SILENT_DAYS = 30
# Changed in one transaction; a run goes on until there are none.
_BATCH = 500


def mark_late_orders(*, now: datetime | None = None) -> int:
    """Mark released orders whose ship-by date has passed, with a line in the timeline. Return how many."""
    overdue = Order.objects.filter(
        state=OrderState.RELEASED,
        production__in=[ProductionState.SENT, ProductionState.IN_PRODUCTION, ProductionState.DONE],
        shipment__in=[ShipmentState.NONE, ShipmentState.PARTIAL],
        ship_by__lt=now or timezone.now(),
        late=False,
    )

    def mark_some() -> int:
        late = list(overdue.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_BATCH])
        Order.objects.filter(pk__in=late).update(late=True, updated_at=timezone.now())
        OrderEvent.objects.bulk_create(OrderEvent(order_id=pk, actor="system", kind="order.late") for pk in late)
        return len(late)

    return _until_none_is_left(mark_some)


def close_unreported_orders(*, now: datetime | None = None) -> int:
    """Close orders produced and wholly shipped of which nothing was heard for SILENT_DAYS. Return how many."""
    silent = Order.objects.filter(
        state=OrderState.RELEASED,
        production=ProductionState.DONE,
        shipment=ShipmentState.SHIPPED,
        updated_at__lt=(now or timezone.now()) - timedelta(days=SILENT_DAYS),
    )

    def close_some() -> int:
        orders = list(silent.select_for_update(skip_locked=True)[:_BATCH])
        for order in orders:
            order.move_to(OrderState.CLOSED, actor="system", note="silent")
        return len(orders)

    return _until_none_is_left(close_some)


def _until_none_is_left(change_some: Callable[[], int]) -> int:
    """Change a batch at a time, each in a transaction of its own, until there is nothing more. Return how many."""
    total, changed = 0, _BATCH
    while changed == _BATCH:
        with transaction.atomic():
            changed = change_some()
        total += changed
    return total
