"""Gathering what waits to be exported into batches, each with its push: in bulk, without work for each row."""

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import F

from backoffice.accounts.models import Shop
from backoffice.engine.models.push import Lane
from backoffice.engine.services.pushes import queue_first_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendor_type, vendors_with
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.marketing.services.exports.obstacles import FINAL
from orders.models import Order, OrderEvent, OrderState

EXPORT = "orders.tell"
# So many batches are made in one transaction, and so many cancelled orders taken out.
ROUND_BATCHES = 20
ROUND_ORDERS = 500


def gather_exports() -> int:
    """Put everything that waits into batches, each with its push. Return how many batches were made.

    What belongs to a held order, or to a shop that the vendor is not set up for, goes on waiting. Any number of callers
    may run at once.
    """
    drop_cancelled()
    vendors = vendors_with(ExportsOrders, configured=True)
    return sum(_gather(vendor) for vendor in vendors)


def drop_cancelled() -> int:
    """Leave out what waited for cancelled orders. Return how many there were. Two queries a round."""
    dropped = 0
    while found := _drop_some():
        dropped += found
    return dropped


@transaction.atomic
def _drop_some() -> int:
    waiting = OrderExport.objects.filter(state=ExportState.WAITING, batch__isnull=True)
    orders = Order.objects.filter(state=OrderState.CANCELLED, exports__in=waiting).order_by("pk")
    keys = list(orders.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:ROUND_ORDERS])
    exports = list(waiting.filter(order__in=keys).select_for_update())
    leave_out(exports, text=_("The order is cancelled."))
    return len(exports)


def leave_out(exports: Sequence[OrderExport], *, text: str) -> None:
    """Mark these as not exported; what the vendor has from before it keeps. Their orders must be locked."""
    for export in exports:
        export.state = ExportState.SENT if export.was_exported else ExportState.SKIPPED
        export.text, export.batch, export.changed_meanwhile = text, None, False
    OrderExport.objects.bulk_update(exports, ["state", "text", "batch", "changed_meanwhile"])
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order_id=export.order_id,
            actor="system",
            kind="export.skipped",
            params={"vendor": export.vendor, "text": text},
        )
        for export in exports
    )


def _gather(vendor: str) -> int:
    made = 0
    while found := _gather_some(vendor):
        made += found
    return made


@transaction.atomic
def _gather_some(vendor: str) -> int:
    """Gather one round: a query for the shops, one for what waits, and three statements a batch."""
    found = vendor_type(vendor, ExportsOrders)
    groups = {
        pk: found.export_group(shop_code=code, language=language.upper())
        for pk, code, language in Shop.objects.values_list("pk", "code", "language")
    }
    shops = [pk for pk, group in groups.items() if group is not None]
    size = found.export_batch_size()
    waiting = OrderExport.objects.filter(
        vendor=vendor, state=ExportState.WAITING, batch__isnull=True,
        order__shop__in=shops, order__state__in=FINAL, order__cancel_requested_at__isnull=True,
    )  # fmt: skip
    rows = waiting.annotate(shop=F("order__shop")).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    together: dict[tuple[str, bool], list[int]] = {}
    for row in rows.only("pk", "corrected")[: ROUND_BATCHES * size]:
        together.setdefault((groups[row.shop] or "", row.corrected), []).append(row.pk)
    made = 0
    for (group, corrected), keys in together.items():
        for some in _pieces(keys, size):
            _make_batch(some, vendor=vendor, group=group, corrected=corrected, limit=size)
            made += 1
    return made


def _make_batch(keys: list[int], *, vendor: str, group: str, corrected: bool, limit: int) -> None:
    batch = ExportBatch.objects.create(
        vendor=vendor, group=group, corrected=corrected, size=len(keys), limit=min(limit, len(keys))
    )
    OrderExport.objects.filter(pk__in=keys).update(batch=batch)
    queue_first_push(EXPORT, vendor=vendor, subject=batch, actor="system", payload={}, lane=Lane.READS)


def _pieces(keys: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
