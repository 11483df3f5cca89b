"""The trend of each kind: its last count of every day, and how that changed since yesterday."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.utils import timezone

from backoffice.dashboard.inbox.counting import InboxScope, count_kinds
from backoffice.dashboard.inbox.registry import all_kinds
from backoffice.dashboard.models import DailyCount
from backoffice.visibility import seen_shops

DAYS = 14
KEPT_DAYS = 60
KEPT_SECONDS = 60
WIDTH, HEIGHT, MARGIN = 80.0, 20.0, 2.0


@dataclass(frozen=True)
class Trend:
    """`points` of a line in a drawing of WIDTH by HEIGHT; `change` since yesterday, None where nobody counted then."""

    points: str
    change: int | None


def record_counts() -> None:
    """Keep today's counts; the last of the day is what stays."""
    today = timezone.localdate()
    rows = [
        DailyCount(kind=tally.kind.name, day=today, count=tally.counts[InboxScope.TEAM])
        for tally in count_kinds(all_kinds(), user=None, snoozed={})
    ]
    DailyCount.objects.bulk_create(rows, update_conflicts=True, unique_fields=["kind", "day"], update_fields=["count"])
    DailyCount.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()


def past_counts() -> dict[str, dict[date, int]]:
    """Return the counts of the days before today by kind; read once a minute. They are of all shops, so who sees some
    is shown none.
    """
    if seen_shops() is not None:
        return {}
    kept: dict[str, dict[date, int]] | None = cache.get_or_set("inbox.past", _read, KEPT_SECONDS)
    return _read() if kept is None else kept


def _read() -> dict[str, dict[date, int]]:
    today = timezone.localdate()
    found: dict[str, dict[date, int]] = defaultdict(dict)
    rows = DailyCount.objects.filter(day__gt=today - timedelta(days=DAYS), day__lt=today)
    for kind, day, count in rows.values_list("kind", "day", "count"):
        found[kind][day] = count
    return dict(found)


def trend(past: dict[date, int], *, now: int) -> Trend:
    """Return the line through the days that were counted, today as it is now."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, 0, -1)]
    values = [past[day] for day in days if day in past] + [now]
    yesterday = past.get(today - timedelta(days=1))
    return Trend(_line(values), None if yesterday is None else now - yesterday)


def _line(values: Sequence[int]) -> str:
    """Return the points of a line, empty for fewer than two days."""
    if len(values) < 2:
        return ""
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    most = max(*values, 1)
    return " ".join(
        f"{MARGIN + place * step:.1f},{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / most:.1f}"
        for place, value in enumerate(values)
    )
