"""Asking marketplaces for production orders, because a callback may never come: whatever was missed heals here."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.utils import timezone

from backoffice.models.callback import CallbackState
from backoffice.models.pull import PullKind
from backoffice.models.push import Lane
from backoffice.services.integrations import get_vendor
from backoffice.services.pulling import note_drift, read_on
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.errors import VendorError, VendorNotFound
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.models import ProductionOrder
from fulfillment.services.production_reports import apply_production_report

logger = logging.getLogger(__name__)

# No news for that long: the order is read by itself, a bounded number of them in each run.
STALE_HOURS = 24
MOST_STALE = 500
# A run in the background ends after that long, well below its time limit, and the next one goes on.
RUN_SECONDS = 100
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class ProductionPull:
    """What a run found: counts by what became of each report, what no callback had told, where it had to stop."""

    vendor: str
    counts: Counter[CallbackState] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stopped: str = ""
    is_complete: bool = True

    def __str__(self) -> str:
        states = (CallbackState.APPLIED, CallbackState.KNOWN, CallbackState.STALE)
        counts = ", ".join(f"{self.counts[state]} {state}" for state in states)
        ending = f"; failed: {', '.join(self.failed[:50])}" if self.failed else ""
        ending += f"; stopped: {self.stopped}" if self.stopped else ""
        return f"{self.vendor}: {counts}{ending}"


def pull_production_orders(
    vendor: str,
    *,
    since: date | None = None,
    seconds: float | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> ProductionPull:
    """All that changed since the last complete pass (at first everything) is applied; then orders to do that were not
    read for STALE_HOURS are read one by one, at most MOST_STALE. With `since` everything from that day (UTC) on is
    read, whatever was read before.

    After `seconds` the run ends, and `is_complete` is False: the next one goes on. A vendor that stops answering ends
    the run with what was reached until then; nothing is raised.
    """
    result = ProductionPull(vendor)
    source = get_vendor(vendor, GivesProductionOrders, lane=Lane.READS)
    apply = partial(_apply, result=result, progress=progress)
    deadline = None if seconds is None else time.monotonic() + seconds
    try:
        if since is None:
            result.is_complete = read_on(
                vendor,
                PullKind.PRODUCTION,
                first=_BEGINNING,
                pages=lambda since, position: source.production_changes(since=since, position=position),
                apply=apply,
                seconds=seconds,
            )
        else:
            for report in source.list_production_orders(updated_from=since):
                apply(report)
        for row in _stale(vendor) if result.is_complete else ():
            _read_one(source.read_production_order, row, apply, progress)
            if deadline is not None and time.monotonic() > deadline:
                break
    except VendorError as error:
        result.stopped = error.text
    return result


def _apply(report: ProductionOrderReport, *, result: ProductionPull, progress: Callable[[str], None]) -> None:
    """A report that cannot be applied, for a fault of ours or a lock that was held, keeps no other from being applied:
    its production order counts as unread, and is read by itself in the next run.
    """
    try:
        outcome = apply_production_report(report, source="poll")
    except Exception:
        logger.exception("What %s says of %s could not be applied.", result.vendor, report.vendor_id)
        result.failed.append(report.vendor_id)
        ProductionOrder.objects.filter(vendor=result.vendor, vendor_id=report.vendor_id).update(read_at=None)
        return
    result.counts[outcome.state] += 1
    if outcome.state == CallbackState.APPLIED:
        result.missed.append(report.vendor_id)
        note_drift(result.vendor, PullKind.PRODUCTION, report=report, subject=outcome.production_order)
        progress(f"{report.vendor_id} {report.reference}: {report.raw_state}")


def _read_one(
    read: Callable[[str], ProductionOrderReport],
    row: ProductionOrder,
    apply: Callable[[ProductionOrderReport], None],
    progress: Callable[[str], None],
) -> None:
    try:
        report = read(row.vendor_id)
    except VendorNotFound as error:
        # Looked at once a day from now on, not in each run before all others.
        ProductionOrder.objects.filter(pk=row.pk).update(read_at=timezone.now())
        progress(f"{row.vendor_id}: {error.text}")
        return
    apply(report)


def _stale(vendor: str) -> list[ProductionOrder]:
    before = timezone.now() - timedelta(hours=STALE_HOURS)
    unread = ProductionOrder.objects.to_do().filter(Q(read_at__isnull=True) | Q(read_at__lt=before), vendor=vendor)
    return list(unread.order_by(F("read_at").asc(nulls_first=True))[:MOST_STALE])
