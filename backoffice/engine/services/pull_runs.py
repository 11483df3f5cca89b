"""Pulling what changed at vendors, because a callback may never come: whatever was missed heals here."""

import logging
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.pull import PullKind
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.pulling import note_drift, read_on
from backoffice.engine.services.reports import ReportOutcome
from backoffice.engine.services.task_queue import enqueue
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.errors import RateLimited, VendorError, VendorNotFound
from backoffice.vendors.registry import accounts_with

logger = logging.getLogger(__name__)

# No news for that long: the row is read by itself, a bounded number of them in each run.
STALE_HOURS = 24
MOST_STALE = 500
# One that its vendor did not show is read again so much later, behind all others; so many in a row mean that the vendor
# is away.
RETRY_HOURS = 1
MOST_UNREADABLE = 3
# A run in the background ends after that long, well below its time limit, and the next one goes on.
RUN_SECONDS = 100
NAMED = 50


A = TypeVar("A", bound=Vendor)


class PullRun(ABC, Generic[A]):
    """One run at one vendor: counts by what became of each report, what no callback had brought, where it had to stop.

    A kind of pull defines what it reads, how a report is applied, and which rows are read by themselves (`Reported`).
    """

    kind: ClassVar[PullKind]
    # Whose rows the reports are about, a `Reported` of a vendor.
    model: ClassVar[Any]
    # What a vendor must offer to be pulled from.
    ability: type[A]
    # What may become of a report, as a run counts it.
    states: ClassVar[tuple[CallbackState, ...]] = (CallbackState.APPLIED, CallbackState.KNOWN, CallbackState.STALE)
    # What a report and its row are named by: their number at the vendor, or ours.
    named_by: ClassVar[str]

    def __init__(self, vendor: str, *, progress: Callable[[str], None] = lambda line: None) -> None:
        self.vendor = vendor
        self.source = get_vendor(vendor, self.ability, lane=Lane.READS)
        self.progress = progress
        self.counts: Counter[CallbackState] = Counter()
        # Of whose state we did not know before: a callback was missed, or is still on its way.
        self.missed: list[str] = []
        self.failed: list[str] = []
        self.stopped = ""
        self.is_complete = True

    def __str__(self) -> str:
        counts = ", ".join(f"{self.counts[state]} {state}" for state in self.states)
        ending = f"; failed: {', '.join(self.failed[:NAMED])}" if self.failed else ""
        ending += f"; stopped: {self.stopped}" if self.stopped else ""
        return f"{self.vendor}: {counts}{ending}"

    def run(self, *, since: date | None = None, seconds: float | None = None) -> Self:
        """Apply all that changed at the vendor since the last complete pass (at first since `first`); then read rows
        that were not read for STALE_HOURS one by one, at most MOST_STALE of them. With `since` read everything from
        that day (UTC) on, whatever was read before. One that cannot be read keeps no other from it.

        After `seconds` the run ends, and `is_complete` is False: the next one goes on. A vendor that stops answering
        ends the run with what was reached until then; nothing is raised.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            if since is None:
                self.is_complete = read_on(
                    self.vendor, self.kind, first=self.first(), pages=self.changes, apply=self.take, seconds=seconds
                )
            else:
                for report in self.changed_since(since):
                    self.take(report)
            if self.is_complete:
                self._read_stale(deadline)
        except VendorError as error:
            self.stopped = error.text
        return self

    def take(self, report: Any) -> None:
        """Apply a report. One that cannot be applied, for a fault of ours or a lock that was held, keeps no other from
        being applied: its row counts as unread, and is read by itself in the next run.
        """
        name = getattr(report, self.named_by)
        try:
            outcome = self.apply(report)
        except Exception:  # nor does it keep the vendor's cursor where it is
            logger.exception("The report of %s about %s could not be applied.", self.vendor, name)
            self.failed.append(name)
            self.model.objects.filter(vendor=self.vendor, vendor_id=report.vendor_id).update(
                read_at=None, unreadable_since=Coalesce("unreadable_since", Now())
            )
            return
        self.counts[outcome.state] += 1
        if outcome.state == CallbackState.APPLIED:
            self.missed.append(name)
            note_drift(self.vendor, self.kind, report=report, subject=outcome.subject)
            self.progress(f"{self.describe(report)}: {report.raw_state} {outcome.note}".rstrip())

    @abstractmethod
    def first(self) -> datetime:
        """Return since when the very first pass reads."""

    @abstractmethod
    def changes(self, since: datetime, position: str) -> Any:
        """Read the vendor's list of changes from that page on (`Pages`)."""

    @abstractmethod
    def changed_since(self, since: date) -> Any:
        """Read the reports of all that changed from that day on."""

    @abstractmethod
    def read(self, vendor_id: str) -> Any:
        """Read the report of one by itself."""

    @abstractmethod
    def apply(self, report: Any) -> ReportOutcome:
        """Take over what the report says."""

    @abstractmethod
    def unfinished(self) -> QuerySet[Any]:
        """Return the rows of which news are due."""

    @abstractmethod
    def note_unreadable(self, row: Any, *, text: str) -> None:
        """Leave a line for people in the row's timeline, once a day: the vendor does not show how it is."""

    def describe(self, report: Any) -> str:
        """Return what a report is about, for the progress."""
        return str(getattr(report, self.named_by))

    def _read_stale(self, deadline: float | None) -> None:
        """Read stale rows one by one until `deadline`. Raise VendorError where several in a row cannot be read."""
        failures = 0
        for row in self._stale():
            try:
                report = self.read(row.vendor_id)
            except VendorError as error:
                if not _may_be_about_one(error):
                    raise
                self._pass_over(row, error)
                failures = 0 if isinstance(error, VendorNotFound) else failures + 1
                if failures >= MOST_UNREADABLE:
                    raise
            else:
                failures = 0
                self.take(report)
            if deadline is not None and time.monotonic() > deadline:
                break

    def _pass_over(self, row: Any, error: VendorError) -> None:
        """Let all others be read before it; one that is not there is read once a day."""
        hours = 0 if isinstance(error, VendorNotFound) else STALE_HOURS - RETRY_HOURS
        self.note_unreadable(row, text=error.text)
        self.model.objects.filter(pk=row.pk).update(
            read_at=timezone.now() - timedelta(hours=hours), unreadable_since=Coalesce("unreadable_since", Now())
        )
        name = getattr(row, self.named_by)
        self.failed.append(name)
        self.progress(f"{name}: {error.text}")

    def _stale(self) -> list[Any]:
        before = timezone.now() - timedelta(hours=STALE_HOURS)
        is_unread = Q(read_at__isnull=True) | Q(read_at__lt=before)
        rows = self.unfinished().filter(is_unread, vendor=self.vendor)
        return list(rows.order_by(F("read_at").asc(nulls_first=True))[:MOST_STALE])


def _may_be_about_one(error: VendorError) -> bool:
    """Return whether a vendor may answer so about one row alone: neither our rate nor our token is the cause."""
    return not isinstance(error, RateLimited) and error.status not in (401, 429)


def pull_all(pull: type[PullRun[Any]], *, task: str, afterwards: Callable[[], object] = lambda: None) -> None:
    """Pull from every vendor, one run at a time, then call `afterwards`; enqueue `task` again if more is left."""
    lock = f"pull:{task}"
    if not cache.add(lock, True, timeout=settings.CELERY_TASK_TIME_LIMIT):
        return
    is_complete = True
    try:
        for vendor in accounts_with(pull.ability):
            result = pull(vendor).run(seconds=RUN_SECONDS)
            logger.info("%s", result)
            is_complete &= result.is_complete
            if result.missed:
                logger.warning("News that no callback brought: %s", ", ".join(result.missed[:NAMED]))
        afterwards()
    finally:
        cache.delete(lock)
    if not is_complete:
        enqueue(task)
