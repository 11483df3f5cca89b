"""Gathering what waits to be exported into batches, each with its push: in bulk, without work for each row."""

from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import F, Q

from backoffice.accounts.models import Shop
from backoffice.engine.models.push import Lane
from backoffice.engine.services.pushes import queue_first_push
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import accounts_of, vendor_type, vendors_in_use
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
    vendors = vendors_in_use(ExportsOrders)
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
    groups = _groups(vendor)
    size = vendor_type(vendor, ExportsOrders).export_batch_size()
    waiting = OrderExport.objects.filter(
        vendor=vendor, state=ExportState.WAITING, batch__isnull=True,
        order__is_test=False, order__state__in=FINAL, order__cancel_requested_at__isnull=True,
    )  # fmt: skip
    rows = waiting.filter(_may_go(groups, vendor)).annotate(shop=F("order__shop")).order_by("pk")
    rows = rows.select_for_update(skip_locked=True, of=("self",))
    together: dict[tuple[str, str, bool], list[int]] = {}
    for row in rows.only("pk", "corrected", "account")[: ROUND_BATCHES * size]:
        # A correction goes where the order was told before.
        account = row.account or account_of_shop(row.shop, vendor)
        together.setdefault((account, groups[row.shop, account], row.corrected), []).append(row.pk)
    made = 0
    for (account, group, corrected), keys in together.items():
        for some in _pieces(keys, size):
            _make_batch(some, account=account, group=group, corrected=corrected, limit=size)
            made += 1
    return made


def _groups(vendor: str) -> dict[tuple[int, str], str]:
    """Return by shop and account what its orders share in one request; only where the account may have them."""
    types = {name: vendor_type(name, ExportsOrders) for name in accounts_of(vendor)}
    found = {
        (pk, account): of_account.export_group(shop_code=code, language=language.upper())
        for pk, code, language in Shop.objects.values_list("pk", "code", "language")
        for account, of_account in types.items()
        if of_account.is_configured()
    }
    return {key: group for key, group in found.items() if group is not None}


def _may_go(groups: Collection[tuple[int, str]], vendor: str) -> Q:
    """Return the condition of what an account may have: its shop's, or the one that was told of the order before."""
    accounts: dict[str, list[int]] = {"": []}
    for shop, account in groups:
        accounts.setdefault(account, []).append(shop)
        if account == account_of_shop(shop, vendor):
            accounts[""].append(shop)
    where = [Q(account=account, order__shop__in=shops) for account, shops in accounts.items()]
    return reduce(or_, where)


def _make_batch(keys: list[int], *, account: str, group: str, corrected: bool, limit: int) -> None:
    batch = ExportBatch.objects.create(
        vendor=account, group=group, corrected=corrected, size=len(keys), limit=min(limit, len(keys))
    )
    OrderExport.objects.filter(pk__in=keys).update(batch=batch, account=account)
    queue_first_push(EXPORT, vendor=account, subject=batch, actor="system", payload={}, lane=Lane.READS)


def _pieces(keys: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
