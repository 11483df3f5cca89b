"""Reading on where the last run stopped: a cursor for each list of changes, and a note of what no webhook had brought.

The cursor moves when a pass over the list is complete, never before, so a failure passes nothing over: the next run
goes on at the same page. It is kept in the vendor's time, the only one that the changes of a list can be compared with.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Now

from backoffice.engine.models.pull import Drift, PullCursor, PullKind
from backoffice.engine.services.clock import database_now
from backoffice.vendors.change_pages import ChangePage
from backoffice.visibility import visible

# Read once more at each pass: a vendor's own machines disagree about the time.
OVERLAP = timedelta(minutes=5)
# What changed so shortly before may still be on its way as a webhook.
STILL_ON_ITS_WAY = timedelta(seconds=60)
DRIFT_DAYS = 30
_AT_ONCE = 5000

Pages = Callable[[datetime, str], Iterable[ChangePage[Any]]]


def read_on(
    vendor: str, kind: PullKind, *, first: datetime, pages: Pages, apply: Callable[[Any], None], seconds: float | None
) -> bool:
    """Apply all that changed since the last complete pass (at first since `first`). Return False where the time of
    `seconds` ended it before: the next call goes on at that page.

    `pages(since, position)` reads the vendor's list. What it raises ends the run, with all pages before it applied.
    """
    cursor = _open_pass(vendor, kind, first=first)
    deadline = None if seconds is None else time.monotonic() + seconds
    for page in pages(cursor.since - OVERLAP, cursor.position):
        for report in page.reports:
            apply(report)
        newest = [report.version.updated_at for report in page.reports]
        cursor.newest = max([*newest, *([cursor.newest] if cursor.newest else [])], default=None)
        cursor.position = page.position
        cursor.save(update_fields=["newest", "position"])
        if page.position and deadline is not None and time.monotonic() > deadline:
            return False
    _end_pass(cursor)
    return True


def note_drift(vendor: str, kind: PullKind, *, report: Any, subject: models.Model | None) -> None:
    """Keep, for staff to see and count, that a pull brought what no webhook had; in the very first pass all is new."""
    now = database_now()
    changed_at = report.version.updated_at
    is_first = not PullCursor.objects.filter(vendor=vendor, kind=kind, finished_at__isnull=False).exists()
    if is_first or timedelta(0) <= now - changed_at < STILL_ON_ITS_WAY:
        return
    Drift.objects.create(
        vendor=vendor,
        kind=kind,
        reference=(report.reference or report.vendor_id)[:100],
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        raw_state=report.raw_state[:64],
        changed_at=changed_at,
        found_at=now,
    )


def count_drift(*, hours: int | None = None) -> dict[str, int]:
    """Return how many rows of drift each vendor has, of the last `hours` or all that are kept; one query."""
    rows = visible(Drift.objects.all())
    if hours is not None:
        rows = rows.filter(found_at__gte=Now() - timedelta(hours=hours))
    return dict(rows.values("vendor").annotate(number=models.Count("pk")).order_by().values_list("vendor", "number"))


def forget_old_drift() -> int:
    """Delete drift older than DRIFT_DAYS, a bounded number of rows at once; return how many."""
    old = Drift.objects.filter(found_at__lt=database_now() - timedelta(days=DRIFT_DAYS)).order_by("found_at")
    count, _ = Drift.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()
    return count


def _open_pass(vendor: str, kind: PullKind, *, first: datetime) -> PullCursor:
    now = database_now()
    begin = {"since": first, "begun_at": now}
    cursor, _ = PullCursor.objects.get_or_create(vendor=vendor, kind=kind, defaults=begin)
    if not cursor.position:
        cursor.begun_at, cursor.newest = now, None
        cursor.save(update_fields=["begun_at", "newest"])
    return cursor


def _end_pass(cursor: PullCursor) -> None:
    """Let the next pass begin before this one did, as what changes while the list is read may be missed: by the
    vendor's clock as far as the newest change shows it, and never later than by ours.
    """
    now = database_now()
    if cursor.newest is not None:
        took = now - cursor.begun_at
        cursor.since = max(cursor.since, min(cursor.newest - took, cursor.begun_at))
    cursor.position, cursor.finished_at = "", now
    cursor.save(update_fields=["since", "position", "finished_at"])
