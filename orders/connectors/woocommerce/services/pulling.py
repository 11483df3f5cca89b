"""Reading what webhooks missed: orders by the time of their last change, page by page, resumable after each.

A page begins where the one before ended, not at a number of pages: an order that changes meanwhile moves to the end,
and those behind it would move up past us. Times there are whole seconds, and a thousand orders may have the same one:
then a page begins a little before the end of the one before. What is read twice is known. A run ends some minutes
before the newest order that it saw, since one that was changed earlier may have become visible later.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from orders.connectors.woocommerce.models import WooConnection, WooOrder
from orders.connectors.woocommerce.services import health
from orders.connectors.woocommerce.services.client import WooClient, WooRefused, WooUnavailable
from orders.connectors.woocommerce.services.contents import read_time
from orders.connectors.woocommerce.services.receiving import store_pulled

PER_PAGE = 100
OVERLAP = timedelta(minutes=5)
# Of a page with one time only, so many may have moved on while it was read.
_SHARED = 10


def pull_due(*, seconds: float = 60) -> int:
    """Read all connections that can be asked, the one read longest ago first. Return how many messages are new."""
    found, deadline = 0, time.monotonic() + seconds
    for connection in health.usable().order_by("pulled_at", "pk"):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            found += pull(connection, seconds=left)
        except WooUnavailable as error:
            health.note_failure(connection, error)
        except WooRefused as error:
            refused = WooUnavailable(error.text)
            refused.is_locked_out = True
            health.note_failure(connection, refused)
    return found


def pull(connection: WooConnection, *, seconds: float = 60) -> int:
    """Read what changed since the last time. Return how many messages are new. Raise WooRefused, WooUnavailable: what
    was read until then is kept, and the next time goes on from there.
    """
    client, new, deadline = WooClient(connection), 0, time.monotonic() + seconds
    while True:
        orders = _page(client, connection)
        new += store_pulled(connection, _unknown(connection, orders))
        is_last = len(orders) < PER_PAGE
        has_moved = _move_on(connection, orders, is_last=is_last)
        health.note_success(connection.pk)
        if is_last or not has_moved or time.monotonic() >= deadline:
            return new


def _page(client: WooClient, connection: WooConnection) -> list[dict[str, Any]]:
    rows = client.rows(
        "orders",
        modified_after=connection.pull_after.strftime("%Y-%m-%dT%H:%M:%S"),
        dates_are_gmt="true",
        orderby="modified",
        order="asc",
        per_page=str(PER_PAGE),
        offset=str(connection.pull_offset),
    )
    return [row for row in rows if isinstance(row, dict)]


def _unknown(connection: WooConnection, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those that we do not have like that: most came by a webhook before."""
    ids = [order["id"] for order in orders if isinstance(order.get("id"), int)]
    rows = WooOrder.objects.filter(connection=connection, woo_id__in=ids).only("woo_id", "modified_at", "status")
    known = {row.woo_id: (row.modified_at, row.status) for row in rows}
    return [
        order
        for order in orders
        if known.get(order.get("id", 0)) != (read_time(order.get("date_modified_gmt")), order.get("status"))
    ]


def _move_on(connection: WooConnection, orders: list[dict[str, Any]], *, is_last: bool) -> bool:
    """Keep where the next page begins. Return False where somebody has set another place meanwhile, which stays."""
    times = [time for order in orders if (time := read_time(order.get("date_modified_gmt"))) is not None]
    newest = max(times, default=connection.pull_after)
    after, offset = _next(connection, newest, is_last=is_last)
    here = {"pull_after": connection.pull_after, "pull_offset": connection.pull_offset}
    connection.pull_after, connection.pull_offset = after, offset
    fields: dict[str, Any] = {"pull_after": after, "pull_offset": offset}
    if is_last:
        fields["pulled_at"] = timezone.now()
    return bool(WooConnection.objects.filter(pk=connection.pk, **here).update(**fields))


def _next(connection: WooConnection, newest: datetime, *, is_last: bool) -> tuple[datetime, int]:
    after = connection.pull_after
    if is_last:
        return max(after, newest - OVERLAP), 0
    begins = newest - timedelta(seconds=1)
    if begins > after:
        return begins, 0
    return after, connection.pull_offset + PER_PAGE - _SHARED
