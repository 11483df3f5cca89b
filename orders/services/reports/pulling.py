"""Asking vendors how orders are, because a callback may never come: whatever was missed heals here."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.utils import timezone

from backoffice.models.pull import PullKind
from backoffice.models.push import Lane
from backoffice.services.integrations import get_vendor
from backoffice.services.pulling import note_drift, read_on
from backoffice.vendors.abilities import ReportsOrders
from backoffice.vendors.errors import VendorError, VendorNotFound
from backoffice.vendors.messages import OrderReport
from orders.models import VendorOrder, VendorOrderState
from orders.services.reports.applying import apply_order_report
from orders.services.reports.outcomes import ReportState
from orders.services.reports.strays import note_stray

logger = logging.getLogger(__name__)

# No news for that long: the order is read by itself, a bounded number of them in each run.
STALE_HOURS = 24
MOST_STALE = 500
# A run in the background ends after that long, well below its time limit, and the next one goes on.
RUN_SECONDS = 100
NAMED = 50
_IN_PROGRESS = (
    VendorOrderState.SUBMITTED,
    VendorOrderState.CHECKED,
    VendorOrderState.IN_PRODUCTION,
    VendorOrderState.UNKNOWN,
)


@dataclass
class PullResult:
    """What a run found: counts by what became of each report, the drift, and where it had to stop."""

    vendor: str
    counts: Counter[ReportState] = field(default_factory=Counter)
    # References whose state we did not know before: a callback was missed, or is still on its way.
    missed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    stopped: str = ""
    is_complete: bool = True

    def __str__(self) -> str:
        counts = ", ".join(f"{self.counts[state]} {state}" for state in ReportState)
        ending = f"; failed: {', '.join(self.failed[:NAMED])}" if self.failed else ""
        ending += f"; stopped: {self.stopped}" if self.stopped else ""
        return f"{self.vendor}: {counts}{ending}"


def pull_orders(
    vendor: str,
    *,
    since: date | None = None,
    seconds: float | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> PullResult:
    """All that changed at the vendor since the last complete pass (at first since yesterday, UTC) is applied; then open
    orders that were not read for STALE_HOURS are read one by one, at most MOST_STALE of them. With `since` everything
    from that day on is read, whatever was read before.

    After `seconds` the run ends, and `is_complete` is False: the next one goes on. A vendor that stops answering ends
    the run with what was reached until then; nothing is raised.
    """
    result = PullResult(vendor)
    source = get_vendor(vendor, ReportsOrders, lane=Lane.READS)
    apply = partial(_apply, result=result, progress=progress)
    deadline = None if seconds is None else time.monotonic() + seconds
    try:
        if since is None:
            result.is_complete = read_on(
                vendor,
                PullKind.ORDERS,
                first=_yesterday(),
                pages=lambda since, position: source.order_changes(since=since, position=position),
                apply=apply,
                seconds=seconds,
            )
        else:
            for report in source.list_orders(updated_from=since):
                apply(report)
        for row in _stale(vendor) if result.is_complete else ():
            _read_one(source.read_order, row, apply, progress)
            if deadline is not None and time.monotonic() > deadline:
                break
    except VendorError as error:
        result.stopped = error.text
    return result


def _yesterday() -> datetime:
    """The vendor's filter knows days only, and its day is that of UTC."""
    return (datetime.now(UTC) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _apply(report: OrderReport, *, result: PullResult, progress: Callable[[str], None]) -> None:
    """A report that cannot be applied, for a fault of ours or a lock that was held, keeps no other from being applied:
    its order counts as unread, and is read by itself in the next run.
    """
    try:
        outcome = apply_order_report(report, source="poll")
    except Exception:
        logger.exception("What %s says of %s could not be applied.", result.vendor, report.reference)
        result.failed.append(report.reference)
        VendorOrder.objects.filter(vendor=result.vendor, vendor_id=report.vendor_id).update(read_at=None)
        return
    result.counts[outcome.state] += 1
    if outcome.state == ReportState.ORPHAN:
        note_stray(report)
    if outcome.state == ReportState.APPLIED:
        result.missed.append(report.reference)
        order = outcome.vendor_order.order if outcome.vendor_order else None
        note_drift(result.vendor, PullKind.ORDERS, report=report, subject=order)
        progress(f"{report.reference}: {report.raw_state} {outcome.note}".rstrip())


def _read_one(
    read: Callable[[str], OrderReport],
    row: VendorOrder,
    apply: Callable[[OrderReport], None],
    progress: Callable[[str], None],
) -> None:
    try:
        report = read(row.vendor_id)
    except VendorNotFound as error:
        # Looked at once a day from now on, not in each run before all others.
        VendorOrder.objects.filter(pk=row.pk).update(read_at=timezone.now())
        progress(f"{row.reference}: {error.text}")
        return
    apply(report)


def _stale(vendor: str) -> list[VendorOrder]:
    before = timezone.now() - timedelta(hours=STALE_HOURS)
    rows = VendorOrder.objects.filter(vendor=vendor, state__in=_IN_PROGRESS).exclude(vendor_id="")
    unread = rows.filter(Q(read_at__isnull=True) | Q(read_at__lt=before))
    return list(unread.order_by(F("read_at").asc(nulls_first=True))[:MOST_STALE])
