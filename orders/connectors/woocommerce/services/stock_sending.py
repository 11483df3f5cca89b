"""Stock to WooCommerce: what it should have is compared with what it last took, and the difference is sent.

There is no queue: of a stock only the newest figure counts, and that is always at hand. Each product keeps what
WooCommerce took last; while a request is on its way that is uncertain, so that a lost answer is followed by another
try, whatever the figure is then. One worker at a time sends for a shop (`stock_next_at` is its lease), so that an older
figure never arrives after a newer one, and sends no more requests a minute than the setting allows.
"""

import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from backoffice.engine.services import epoch
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import RateLimited
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services import health
from orders.connectors.woocommerce.services.client import MOST_SHOWN, WooClient, WooRefused, WooUnavailable
from orders.connectors.woocommerce.services.stock_levels import find_differing, iter_mapped

SEND_STOCK = "orders.connectors.woocommerce.tasks.send_stock"
MOST_PRODUCTS = 100
# Longer than a task may run (CELERY_TASK_TIME_LIMIT).
LEASE = timedelta(seconds=180)
# As often a shop's stock is compared.
PERIOD = timedelta(seconds=60)
# What WooCommerce does not take of one product alone is tried again after that long.
PRODUCT_REST = timedelta(hours=6)
TOO_LARGE = 413
_NEVER = datetime.min.replace(tzinfo=UTC)


class StockBatch(NamedTuple):
    """What one request carries: products, or variations of one, each with its stock."""

    path: str
    rows: Sequence[tuple[WooProduct, int | None]]

    @property
    def keys(self) -> list[int]:
        return [product.pk for product, _level in self.rows]

    def halves(self) -> "list[StockBatch]":
        middle = len(self.rows) // 2
        return [StockBatch(self.path, self.rows[:middle]), StockBatch(self.path, self.rows[middle:])]


def send_stock_due(*, seconds: float = 60) -> int:
    """Send to each shop whose turn it is what it has another stock of, once. Return how many products took it."""
    taken, deadline = 0, time.monotonic() + seconds
    served: list[int] = []
    while time.monotonic() < deadline and (connection := _claim(without=served)) is not None:
        taken += _send(connection, deadline=deadline)
        served.append(connection.pk)
    return taken


def send_all_again(connection: WooConnection) -> int:
    """Have all of it sent again: somebody may have changed it there. Return how many products that are."""
    mapped = WooProduct.objects.filter(connection=connection).exclude(sku="")
    count = mapped.update(stock_is_sent=False, stock_cause="", stock_retry_at=None)
    enqueue_soon_on_commit(SEND_STOCK, queue=WEBHOOKS_QUEUE)
    return count


@transaction.atomic
def _claim(*, without: Collection[int] = ()) -> WooConnection | None:
    """Take the shop that has waited longest; None where it is nobody's turn."""
    due = health.usable().filter(Q(stock_next_at__isnull=True) | Q(stock_next_at__lte=Now()), send_stock=True)
    free = due.exclude(pk__in=without).select_for_update(skip_locked=True, of=("self",)).select_related("shop")
    connection = free.order_by(F("stock_next_at").asc(nulls_first=True), "pk").first()
    if connection is not None:
        connection.stock_next_at = database_now() + LEASE
        connection.save(update_fields=["stock_next_at"])
    return connection


def _send(connection: WooConnection, *, deadline: float) -> int:
    """Send to the claimed shop what may be sent now; leave it to its next turn."""
    taken = 0
    next_at = database_now() + PERIOD
    try:
        epoch.require_current()
        for count in _send_batches(connection, deadline=deadline):
            taken += count
    except RateLimited as error:
        next_at = database_now() + timedelta(seconds=error.retry_after or PERIOD.total_seconds())
        _release(connection, stock_next_at=next_at)
    except WooUnavailable as error:
        _note_failure(connection, error)
    else:
        sent: dict[str, Any] = {"stock_at": Now()} if taken else {}
        _release(connection, stock_next_at=next_at, stock_failures=0, stock_cause="", **sent)
    return taken


def _send_batches(connection: WooConnection, *, deadline: float) -> Iterator[int]:
    """Send one request after the other and yield how many products each served; one that is too large for the shop
    goes again in halves.
    """
    waiting = deque(_batches(connection))
    client = WooClient(connection)
    for _number in range(settings.WOOCOMMERCE_STOCK_REQUESTS):
        if not waiting or time.monotonic() >= deadline:
            return
        batch = waiting.popleft()
        try:
            yield _send_batch(client, batch)
        except WooRefused as error:
            if error.status == TOO_LARGE and len(batch.rows) > 1:
                waiting.extendleft(batch.halves())
            else:
                _refuse(dict.fromkeys(batch.keys, error.text))
        health.note_success(connection.pk)


def _batches(connection: WooConnection) -> list[StockBatch]:
    """Return what differs, as requests; what was sent longest ago comes first."""
    differing = [row for some in iter_mapped(connection) for row in find_differing(connection, some)]
    differing.sort(key=lambda row: row[0].stock_sent_at or _NEVER)
    by_path: dict[str, list[tuple[WooProduct, int | None]]] = {}
    for product, level in differing:
        path = f"products/{product.product_id}/variations/batch" if product.variation_id else "products/batch"
        by_path.setdefault(path, []).append((product, level))
    return [
        StockBatch(path, rows[start : start + MOST_PRODUCTS])
        for path, rows in by_path.items()
        for start in range(0, len(rows), MOST_PRODUCTS)
    ]


def _send_batch(client: WooClient, batch: StockBatch) -> int:
    """Send one request. Return how many products took their stock. Raise WooRefused, WooUnavailable: then all of them
    are uncertain.
    """
    WooProduct.objects.filter(pk__in=batch.keys).update(stock_is_sent=False, stock_sent_at=Now())
    answer = client.post(batch.path, {"update": [_entry(product, level) for product, level in batch.rows]})
    found = answer.get("update") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise WooUnavailable(_("WooCommerce did not return a list."))
    answers = {entry.get("id"): entry for entry in found if isinstance(entry, dict)}
    taken: dict[int | None, list[int]] = {}
    refused: dict[int, str] = {}
    for product, level in batch.rows:
        if cause := _why_not(answers.get(product.variation_id or product.product_id), level):
            refused[product.pk] = cause
        else:
            taken.setdefault(level, []).append(product.pk)
    _keep(taken)
    _refuse(refused)
    return len(batch.rows) - len(refused)


def _entry(product: WooProduct, level: int | None) -> dict[str, Any]:
    key = {"id": product.variation_id or product.product_id}
    if level is None:
        return {**key, "manage_stock": False, "stock_status": "instock"}
    return {**key, "manage_stock": True, "stock_quantity": level}


def _why_not(answer: dict[str, Any] | None, level: int | None) -> str:
    """Return why the product did not take its stock; empty where it did."""
    if answer is None:
        return _("The response from WooCommerce does not contain this product.")
    if isinstance(error := answer.get("error"), dict):
        text = _("WooCommerce responded: %(text)s")
        return text % {"text": str(error.get("message") or error.get("code") or "")[:MOST_SHOWN]}
    if level is not None and answer.get("manage_stock", True) is not True:
        return _(
            "WooCommerce does not track stock for this product. Switch on stock management there, under Settings, "
            "Products, Inventory."
        )
    return ""


def _keep(taken: dict[int | None, list[int]]) -> None:
    """Record what products have now: one statement for all of them."""
    rows = [WooProduct(pk=key, sent_stock=level) for level, keys in taken.items() for key in keys]
    for row in rows:
        row.stock_is_sent, row.stock_cause, row.stock_retry_at = True, "", None
    WooProduct.objects.bulk_update(rows, ["sent_stock", "stock_is_sent", "stock_cause", "stock_retry_at"])


def _refuse(causes: dict[int, str]) -> None:
    """Record why products did not take it, and let them rest: all else goes on."""
    rest = database_now() + PRODUCT_REST
    rows = [WooProduct(pk=key, stock_cause=cause, stock_retry_at=rest) for key, cause in causes.items()]
    WooProduct.objects.bulk_update(rows, ["stock_cause", "stock_retry_at"])


def _note_failure(connection: WooConnection, error: WooUnavailable) -> None:
    """Record that a request failed. Where we are not let in, the key may not write: only stock waits then, as long as
    reading works.
    """
    failures = health.PATIENCE if error.is_locked_out else connection.stock_failures + 1
    steps = settings.WOOCOMMERCE_BACKOFF
    wait = max(steps[min(failures, len(steps)) - 1], error.retry_after or 0)
    if not error.is_locked_out:
        health.note_failure(connection, error)
    next_at = database_now() + timedelta(seconds=wait)
    _release(connection, stock_next_at=next_at, stock_failures=failures, stock_cause=error.text)


def _release(connection: WooConnection, **values: Any) -> None:
    """End the lease; nothing happens where it has run out and somebody else has one."""
    WooConnection.objects.filter(pk=connection.pk, stock_next_at=connection.stock_next_at).update(**values)
