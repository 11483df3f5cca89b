"""Vendors from which nothing is heard while they have orders of ours, or nothing of one order: noted at each of these
orders, once a silence.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format

from backoffice.engine.models import Integration
from backoffice.engine.models.reported import is_noted_since
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ReportsOrders
from backoffice.vendors.registry import live_accounts, vendor_title
from orders.models import OrderEvent, VendorOrder, VendorOrderState

# No answer of any kind for so long, although it is asked every few minutes how its orders are.
SILENT = timedelta(hours=24)
_IN_PROGRESS = (VendorOrderState.SUBMITTED, VendorOrderState.CHECKED, VendorOrderState.IN_PRODUCTION)
# Noted in one transaction; a run goes on until there are none.
_BATCH = 500


def silent_integrations(*, now: datetime | None = None) -> list[Integration]:
    """Return the vendors that have something of ours in progress and have answered nothing for a day, by name.

    One that cannot be asked how its orders are is not silent, and neither is one that somebody has paused.
    """
    busy = VendorOrder.objects.filter(vendor=OuterRef("vendor"), state__in=_IN_PROGRESS)
    asked = Integration.objects.filter(vendor__in=live_accounts(ReportsOrders), paused_at__isnull=True)
    since = (now or timezone.now()) - SILENT
    return list(asked.filter(Exists(busy), last_success_at__lt=since).order_by("vendor"))


def note_silence(*, now: datetime | None = None) -> int:
    """Write a line into the timeline of each order that waits at a silent vendor. Return how many are new."""
    return sum(_note_all(row) for row in silent_integrations(now=now))


def note_unreadable(row: VendorOrder, *, text: str) -> None:
    """Write a line into the order's timeline, once a day, that its vendor does not show this part; on the second day
    in a row also that of a silence, which rules may follow.
    """
    today = timezone.localdate()
    events = OrderEvent.objects.filter(order=row.order_id)
    before = events.filter(source_key=_unreadable_key(row, today - timedelta(days=1))).first()
    since = before.params["since"] if before else (row.read_at or row.created_at).isoformat()
    params = {"vendor": row.vendor, "reference": row.reference, "text": text, "since": since}
    lines = {_unreadable_key(row, today): ("vendor.unreadable", params)}
    if before:
        lines[f"silent:{row.pk}:{since}"] = ("vendor.silent", {"vendor": row.vendor, "since": since})
    for key, (kind, about) in lines.items():
        OrderEvent.objects.get_or_create(
            order_id=row.order_id, source_key=key, defaults={"actor": "system", "kind": kind, "params": about}
        )
    if before:
        enqueue_soon_on_commit(RUN_RULES)


def unreadable_texts(rows: Collection[VendorOrder]) -> dict[int, str]:
    """Return why the vendor did not show these parts since their status is not updated, by their keys. One query."""
    since = {row.pk: row.unreadable_since for row in rows}
    events = OrderEvent.objects.filter(order__in={row.order_id for row in rows}, kind="vendor.unreadable")
    found = {}
    for event in events.order_by("pk"):
        part = int(event.source_key.split(":")[1])
        if is_noted_since(event, since.get(part)):
            found[part] = event.params.get("text", "")
    return found


def describe_unreadable(row: VendorOrder) -> str:
    """Return what it means that the vendor does not show a part, and what helps: sentences for people."""
    text = _(
        "The status of this part has not been updated since %(since)s: what is shown here may be out of date. Ask "
        "%(vendor)s about order %(id)s."
    )
    since = date_format(timezone.localtime(row.unreadable_since), "DATETIME_FORMAT")
    return text % {"vendor": vendor_title(row.vendor), "since": since, "id": row.vendor_id}


def _unreadable_key(row: VendorOrder, day: date) -> str:
    return f"unreadable:{row.pk}:{day}"


def _note_all(integration: Integration) -> int:
    """Note it a batch at a time, each in a transaction of its own."""
    total, noted = 0, _BATCH
    while noted == _BATCH:
        with transaction.atomic():
            noted = _note_some(integration)
        total += noted
    return total


def _note_some(integration: Integration) -> int:
    since = integration.last_success_at
    # One silence begins with one last answer, so each order reads of it once, however often this runs.
    key = f"silent:{integration.vendor}:{since:%Y%m%d%H%M%S}"
    known = OrderEvent.objects.filter(order=OuterRef("order"), source_key=key)
    waiting = VendorOrder.objects.filter(vendor=integration.vendor, state__in=_IN_PROGRESS).exclude(Exists(known))
    orders = list(waiting.order_by("order").values_list("order", flat=True).distinct()[:_BATCH])
    params = {"vendor": integration.vendor, "since": since.isoformat() if since else ""}
    OrderEvent.objects.bulk_create(
        OrderEvent(order_id=pk, actor="system", kind="vendor.silent", params=params, source_key=key) for pk in orders
    )
    if orders:
        enqueue_soon_on_commit(RUN_RULES)
    return len(orders)
