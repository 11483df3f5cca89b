"""Asking marketplaces for production orders, because a callback may never come: whatever was missed heals here."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Max, Q
from django.utils import timezone

from backoffice.models.callback import CallbackState
from backoffice.models.push import Lane
from backoffice.services.integrations import open_vendor
from backoffice.vendors.errors import VendorError, VendorNotFound
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.models import ProductionOrder
from fulfillment.services.production_reports import apply_production_report

# No news for that long: the order is read by itself, a bounded number of them in each run.
STALE_HOURS = 24
MOST_STALE = 50


@dataclass
class ProductionPull:
    """What a run found: counts by what became of each report, what no callback had told, where it had to stop."""

    vendor: str
    counts: Counter[CallbackState] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    stopped: str = ""

    def __str__(self) -> str:
        states = (CallbackState.APPLIED, CallbackState.KNOWN, CallbackState.STALE)
        counts = ", ".join(f"{self.counts[state]} {state}" for state in states)
        return f"{self.vendor}: {counts}" + (f"; stopped: {self.stopped}" if self.stopped else "")


def pull_production_orders(
    vendor: str, *, since: date | None = None, progress: Callable[[str], None] = lambda line: None
) -> ProductionPull:
    """All that changed since that day (UTC; default: the day before the last change seen; at first everything) is
    applied; then orders to do that were not read for STALE_HOURS are read one by one, at most MOST_STALE.

    A vendor that stops answering ends the run with what was reached until then; nothing is raised.
    """
    result = ProductionPull(vendor)
    adapter = open_vendor(vendor, lane=Lane.READS)
    try:
        _apply_all(adapter.list_production_orders(updated_from=since or _last_change(vendor)), result, progress)
        for row in _stale(vendor):
            _read_one(adapter.read_production_order, row, result, progress)
    except VendorError as error:
        result.stopped = error.text
    return result


def _last_change(vendor: str) -> date | None:
    """A day earlier, since lists are not read in one moment; never later than yesterday."""
    newest = ProductionOrder.objects.filter(vendor=vendor).aggregate(newest=Max("reported_at"))["newest"]
    if newest is None:
        return None
    day: date = min(newest, datetime.now(UTC)).astimezone(UTC).date()
    return day - timedelta(days=1)


def _apply_all(
    reports: Iterable[ProductionOrderReport], result: ProductionPull, progress: Callable[[str], None]
) -> None:
    for report in reports:
        outcome = apply_production_report(report, source="poll")
        result.counts[outcome.state] += 1
        if outcome.state == CallbackState.APPLIED:
            result.missed.append(report.vendor_id)
            progress(f"{report.vendor_id} {report.reference}: {report.raw_state}")


def _read_one(
    read: Callable[[str], ProductionOrderReport],
    row: ProductionOrder,
    result: ProductionPull,
    progress: Callable[[str], None],
) -> None:
    try:
        report = read(row.vendor_id)
    except VendorNotFound as error:
        # Looked at once a day from now on, not in each run before all others.
        ProductionOrder.objects.filter(pk=row.pk).update(read_at=timezone.now())
        progress(f"{row.vendor_id}: {error.text}")
        return
    _apply_all([report], result, progress)


def _stale(vendor: str) -> list[ProductionOrder]:
    before = timezone.now() - timedelta(hours=STALE_HOURS)
    unread = ProductionOrder.objects.to_do().filter(Q(read_at__isnull=True) | Q(read_at__lt=before), vendor=vendor)
    return list(unread.order_by(F("read_at").asc(nulls_first=True))[:MOST_STALE])
