"""Asking vendors how orders are, because a callback may never come: whatever was missed heals here."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from backoffice.models.push import Lane
from backoffice.services.integrations import open_vendor
from backoffice.vendors.errors import VendorError, VendorNotFound
from backoffice.vendors.messages import OrderReport
from orders.models import VendorOrder, VendorOrderState
from orders.services.reports.applying import apply_order_report
from orders.services.reports.outcomes import ReportState
from orders.services.restore.strays import note_stray

# No news for that long: the order is read by itself, a bounded number of them in each run.
STALE_HOURS = 24
MOST_STALE = 50
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
    stopped: str = ""

    def __str__(self) -> str:
        counts = ", ".join(f"{self.counts[state]} {state}" for state in ReportState)
        ending = f"; stopped: {self.stopped}" if self.stopped else ""
        return f"{self.vendor}: {counts}{ending}"


def pull_orders(
    vendor: str, *, since: date | None = None, progress: Callable[[str], None] = lambda line: None
) -> PullResult:
    """All that changed at the vendor since that day (default: yesterday, UTC) is applied; then open orders that were
    not read for STALE_HOURS are read one by one, at most MOST_STALE of them.

    A vendor that stops answering ends the run with what was reached until then; nothing is raised.
    """
    result = PullResult(vendor)
    adapter = open_vendor(vendor, lane=Lane.READS)
    # The vendor's filter knows days only, and its day is that of UTC.
    since = since or (datetime.now(UTC) - timedelta(days=1)).date()
    try:
        _apply_all(adapter.list_orders(updated_from=since), result, progress)
        for row in _stale(vendor):
            _read_one(adapter.read_order, row, result, progress)
    except VendorError as error:
        result.stopped = error.text
    return result


def _apply_all(reports: Iterable[OrderReport], result: PullResult, progress: Callable[[str], None]) -> None:
    for report in reports:
        outcome = apply_order_report(report, source="poll")
        result.counts[outcome.state] += 1
        if outcome.state == ReportState.ORPHAN:
            note_stray(report)
        if outcome.state == ReportState.APPLIED:
            result.missed.append(report.reference)
            progress(f"{report.reference}: {report.raw_state} {outcome.note}".rstrip())


def _read_one(
    read: Callable[[str], OrderReport], row: VendorOrder, result: PullResult, progress: Callable[[str], None]
) -> None:
    try:
        report = read(row.vendor_id)
    except VendorNotFound as error:
        # Looked at once a day from now on, not in each run before all others.
        VendorOrder.objects.filter(pk=row.pk).update(read_at=timezone.now())
        progress(f"{row.reference}: {error.text}")
        return
    _apply_all([report], result, progress)


def _stale(vendor: str) -> list[VendorOrder]:
    before = timezone.now() - timedelta(hours=STALE_HOURS)
    rows = VendorOrder.objects.filter(vendor=vendor, state__in=_IN_PROGRESS).exclude(vendor_id="")
    unread = rows.filter(Q(read_at__isnull=True) | Q(read_at__lt=before))
    return list(unread.order_by(F("read_at").asc(nulls_first=True))[:MOST_STALE])
