"""Exporting past orders: streamed by key, validated in bulk, and tried without any effect first."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendor_type
from orders.marketing.models import ExportState, OrderExport
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.obstacles import find_obstacles
from orders.marketing.services.exports.requesting import enqueue_when_committed, request_export
from orders.models import Order, OrderEvent

CHUNK = 500


@dataclass
class FillResult:
    """How many orders are (or would be) exported, and how many not, by reason."""

    asked: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def fill_exports(
    *,
    vendor: str,
    since: datetime,
    until: datetime | None = None,
    shop: str = "",
    actor: str,
    dry_run: bool,
    progress: Callable[[Sequence[Order]], None] = lambda orders: None,
) -> FillResult:
    """Request the export of all orders placed from `since` to before `until` that may be exported and were not yet.

    Other orders leave no row, they are only counted. `progress` hears of every group of orders that are (or would be)
    exported. With `dry_run` nothing is written. Raises UnknownVendor.
    """
    vendor_type(vendor, ExportsOrders)
    result = FillResult()
    for keys in _chunks(_orders(since=since, until=until, shop=shop)):
        if dry_run:
            requested = _select(Order.objects.filter(pk__in=keys), vendor=vendor, result=result)
        else:
            requested = _request(keys, vendor=vendor, actor=actor, result=result)
        result.asked += len(requested)
        if requested:
            progress(requested)
    return result


def _orders(*, since: datetime, until: datetime | None, shop: str) -> QuerySet[Order]:
    orders = Order.objects.filter(placed_at__gte=since)
    if until is not None:
        orders = orders.filter(placed_at__lt=until)
    return orders.filter(shop__code=shop) if shop else orders


def _chunks(orders: QuerySet[Order]) -> Iterator[list[int]]:
    """Yield their keys, some at a time, oldest first; what is added behind us meanwhile is not looked for."""
    last = 0
    while keys := list(orders.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield keys
        last = keys[-1]


def _select(orders: QuerySet[Order], *, vendor: str, result: FillResult) -> list[Order]:
    """Return those to be exported; the others are counted. Seven queries."""
    found = list(orders.select_related("shop").defer("search").order_by("pk"))
    known = dict(
        _exports(found, vendor=vendor)
        .exclude(state=ExportState.SKIPPED, excluded_by="")
        .values_list("order_id", "state")
    )
    fresh = [order for order in found if order.pk not in known]
    obstacles = find_obstacles(fresh, vendor=vendor, messages=orders_to_export(fresh))
    result.skipped.update(_("before: %(state)s") % {"state": ExportState(state).label} for state in known.values())
    result.skipped.update(obstacles.values())
    return [order for order in fresh if order.pk not in obstacles]


def _request(keys: Sequence[int], *, vendor: str, actor: str, result: FillResult) -> list[Order]:
    """Request in one transaction all that nobody else works on now, and the others in one each."""
    with transaction.atomic():
        locked = Order.objects.filter(pk__in=keys).order_by("pk").select_for_update(skip_locked=True, of=("self",))
        free = set(locked.values_list("pk", flat=True))
        requested = _select(Order.objects.filter(pk__in=free), vendor=vendor, result=result)
        _write(requested, vendor=vendor, actor=actor)
        enqueue_when_committed()
    for key in sorted(set(keys) - free):
        requested += _request_one(key, vendor=vendor, actor=actor, result=result)
    return requested


def _request_one(key: int, *, vendor: str, actor: str, result: FillResult) -> list[Order]:
    with transaction.atomic():
        order = Order.objects.locked(key)
        requested = _select(Order.objects.filter(pk=key), vendor=vendor, result=result)
        if requested:
            request_export(order, vendor=vendor, actor=actor)
    return requested


def _write(orders: Sequence[Order], *, vendor: str, actor: str) -> None:
    """Write rows and lines in the timelines. The orders are locked, so nobody else makes their rows."""
    now = timezone.now()
    skipped = _exports(orders, vendor=vendor)
    had = set(skipped.values_list("order_id", flat=True))
    skipped.update(state=ExportState.WAITING, text="", batch=None, requested_by=actor, requested_at=now, updated_at=now)
    OrderExport.objects.bulk_create(
        OrderExport(order=order, vendor=vendor, requested_by=actor, requested_at=now)
        for order in orders
        if order.pk not in had
    )
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, actor=actor, kind="export.waiting", params={"vendor": vendor}) for order in orders
    )


def _exports(orders: Sequence[Order], *, vendor: str) -> QuerySet[OrderExport]:
    return OrderExport.objects.filter(vendor=vendor, order__in=orders)
