"""What orders take of the stocks that vendors last reported.

A vendor takes an order out of its stock when the order is submitted, and the next reading of its catalogue shows less.
Until then a line takes of the figure that we have: `OrderLine.takes_stock`. It takes nothing any more

- once the variant was read after the line was submitted, since that reading shows it: either the reading changed the
  variant (`Variant.changed_at`), or a whole synchronisation began later that could read it (`settle_stock`);
- when its order is cancelled. One that is delivered before the next reading still takes.

An order that is held because there is too little takes nothing until somebody releases it: one line of a million
pieces would keep everybody else from buying what is there. Held for any other reason it takes its share: the customer
was promised it. Where the times cannot tell, a line takes: better to sell a piece too few than one too many.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from catalog.services.runs import last_reading
from catalog.services.variant_users import Key
from orders.models import Hold, HoldReason, Order, OrderLine, OrderState, VendorOrder
from orders.models.vendor_order import FAILED, VendorOrderLine

# First half of the advisory lock's key: says what is locked.
_LOCK_SPACE = 0x5354
# Sorted, so that two orders of the same things never wait for each other in a circle.
_LOCK = """
    SELECT pg_advisory_xact_lock(%s, half) FROM (
        SELECT DISTINCT hashtext(vendor || ' ' || sku) AS half FROM unnest(%s::text[], %s::text[]) AS key (vendor, sku)
        ORDER BY half
    ) halves;
"""
# SQL, to go with the lock in one round trip: orders that come in wait for it. What a vendor refused or cancelled is
# back in its stock, and goes there again when the order is released.
_TAKING = f"""
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS stock (vendor, sku, read_at)
    JOIN {OrderLine._meta.db_table} line ON line.sku = stock.sku AND line.vendor = stock.vendor AND line.takes_stock
    JOIN {Order._meta.db_table} bought ON bought.id = line.order_id AND bought.state <> '{OrderState.CANCELLED}'
    LEFT JOIN {VendorOrderLine._meta.db_table} part ON part.line_id = line.id
    LEFT JOIN {VendorOrder._meta.db_table} made ON made.id = part.vendor_order_id
    WHERE (
        made.submitted_at >= stock.read_at
        OR bought.state <> '{OrderState.CLOSED}' AND (made.submitted_at IS NULL OR made.state = ANY(%s))
    ) AND line.id <> ALL(%s) AND NOT EXISTS (
        SELECT FROM {Hold._meta.db_table} hold
        WHERE hold.order_id = bought.id AND hold.reason = '{HoldReason.OUT_OF_STOCK}' AND hold.released_at IS NULL
    )
"""
_TAKEN = f"SELECT line.vendor, line.sku, sum(line.quantity) {_TAKING} GROUP BY line.vendor, line.sku"
_TAKERS = f"""
    SELECT line.vendor, line.sku, line.order_id, bought.state <> ALL(%s), sum(line.quantity) {_TAKING}
    GROUP BY line.vendor, line.sku, line.order_id, bought.state ORDER BY line.vendor, line.sku
"""


class Taker(NamedTuple):
    """An order that takes so many pieces of a stock. `has_left`: it was released, and they are on their way out."""

    order: int
    has_left: bool
    pieces: int


def find_taken(read_at: Mapping[Key, datetime]) -> dict[Key, int]:
    """Return the pieces that orders take of each stock, given when it was read; keys without any are missing."""
    return _fetch_taken(_TAKEN, _params(read_at))


def lock_and_find_taken(read_at: Mapping[Key, datetime], *, without: Collection[int] = ()) -> dict[Key, int]:
    """Do the same with these stocks locked until the transaction ends: of two orders that want the last piece the
    second waits here, and then sees the first. One round trip; each statement sees what was committed before it began.

    Lines `without` which it is asked, by key, are about to be changed.
    """
    vendors, skus, *rest = _params(read_at, without=without)
    return _fetch_taken(_LOCK + _TAKEN, [_LOCK_SPACE, vendors, skus, vendors, skus, *rest])


def find_takers(read_at: Mapping[Key, datetime], *, lock: bool) -> dict[Key, list[Taker]]:
    """Return the orders that take of each stock, given when it was read; with `lock` these stay locked until the
    transaction ends.
    """
    vendors, skus, *rest = _params(read_at)
    waiting = [str(OrderState.NEW), str(OrderState.HELD)]
    params: list[Any] = [waiting, vendors, skus, *rest]
    sql, params = (_LOCK + _TAKERS, [_LOCK_SPACE, vendors, skus, *params]) if lock else (_TAKERS, params)
    by_key = groupby(_fetch(sql, params), key=itemgetter(0, 1))
    return {
        key: [Taker(order, has_left, int(pieces)) for _, _, order, has_left, pieces in rows] for key, rows in by_key
    }


def settle_stock() -> int:
    """Let lines that the last reading of their stock shows, or whose order is cancelled, take nothing of it any more.
    Return how many.
    """
    taking = OrderLine.objects.filter(takes_stock=True)
    ended = Q(order__state=OrderState.CANCELLED)
    settled = 0
    for vendor in taking.order_by().values_list("vendor", flat=True).distinct():
        shown = Q()
        if (reading := last_reading(vendor)) is not None:
            since, unread = reading
            parts = VendorOrderLine.objects.filter(line=OuterRef("pk"), vendor_order__submitted_at__lt=since)
            shown = Q(Exists(parts.exclude(vendor_order__state__in=FAILED))) & ~Q(sku__in=unread)
        rows = taking.filter(ended | shown if shown else ended, vendor=vendor)
        settled += OrderLine.objects.filter(pk__in=rows.values("pk")).update(takes_stock=False)
    return settled


def _fetch_taken(sql: str, params: list[Any]) -> dict[Key, int]:
    return {(vendor, sku): int(pieces) for vendor, sku, pieces in _fetch(sql, params)}


def _fetch(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Return what the last of the statements finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while cursor.nextset():
            pass
        return cursor.fetchall()


def _params(read_at: Mapping[Key, datetime], *, without: Collection[int] = ()) -> list[Any]:
    vendors, skus = [vendor for vendor, _sku in read_at], [sku for _vendor, sku in read_at]
    return [vendors, skus, list(read_at.values()), [str(state) for state in FAILED], list(without)]
