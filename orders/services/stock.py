"""What orders take of the stocks that vendors last reported.

A vendor takes an order out of its stock when the order is submitted, and the next reading of its catalogue shows less.
Until then a line takes of the figure that we have: `OrderLine.takes_stock`. It takes nothing any more

- once the variant was read after the line was submitted, since that reading shows it: either the reading changed the
  variant (`Variant.changed_at`), or a whole synchronisation began later (`settle_stock`);
- when its order is cancelled. One that is delivered before the next reading still takes.

An order that is held because there is too little takes nothing until somebody releases it: one line of a million
pieces would keep everybody else from buying what is there. Held for any other reason it takes its share: the customer
was promised it. Where the times cannot tell, a line takes: better to sell a piece too few than one too many.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from catalog.services.runs import last_complete_start
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
_TAKEN = f"""
    SELECT line.vendor, line.sku, sum(line.quantity)
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
    GROUP BY line.vendor, line.sku
"""  # noqa: S608 - the names of our own tables


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


def settle_stock() -> int:
    """Let lines that the last reading of their stock shows, or whose order is cancelled, take nothing of it any more.
    Return how many.
    """
    taking = OrderLine.objects.filter(takes_stock=True)
    ended = Q(order__state=OrderState.CANCELLED)
    settled = 0
    for vendor in taking.order_by().values_list("vendor", flat=True).distinct():
        shown = Q()
        if (since := last_complete_start(vendor)) is not None:
            parts = VendorOrderLine.objects.filter(line=OuterRef("pk"), vendor_order__submitted_at__lt=since)
            shown = Q(Exists(parts.exclude(vendor_order__state__in=FAILED)))
        rows = taking.filter(ended | shown if shown else ended, vendor=vendor)
        settled += OrderLine.objects.filter(pk__in=rows.values("pk")).update(takes_stock=False)
    return settled


def _fetch_taken(sql: str, params: list[Any]) -> dict[Key, int]:
    """Return what the last of the statements finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while cursor.nextset():
            pass
        return {(vendor, sku): int(pieces) for vendor, sku, pieces in cursor.fetchall()}


def _params(read_at: Mapping[Key, datetime], *, without: Collection[int] = ()) -> list[Any]:
    vendors, skus = [vendor for vendor, _sku in read_at], [sku for _vendor, sku in read_at]
    return [vendors, skus, list(read_at.values()), [str(state) for state in FAILED], list(without)]
