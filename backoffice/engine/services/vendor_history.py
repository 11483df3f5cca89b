"""How reliable each vendor has been: what was sent on each of the last days, and how much of it ended well."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.text.datetimes import start_of_day
from backoffice.visibility import reader_key, visible

DAYS = 30
KEPT_SECONDS = 300


@dataclass(frozen=True)
class VendorDay:
    """What was asked for on one day: how many of it ended, and how many were refused or have no known outcome."""

    day: date
    ended: int = 0
    failed: int = 0


@dataclass(frozen=True)
class VendorHistory:
    """The last days of one vendor, oldest first."""

    days: list[VendorDay]

    @property
    def ended(self) -> int:
        return sum(day.ended for day in self.days)

    @property
    def failed(self) -> int:
        return sum(day.failed for day in self.days)

    @property
    def success_percent(self) -> float | None:
        """The share that ended well, None where nothing was sent."""
        return 100 * (self.ended - self.failed) / self.ended if self.ended else None


def read_histories() -> dict[str, VendorHistory]:
    """Return the history of each vendor to which anything was sent; at most one query in five minutes."""
    today, zone = timezone.localdate(), timezone.get_current_timezone_name()
    place = f"vendor-history.{zone}.{today}.{reader_key()}"
    known: dict[str, VendorHistory] | None = cache.get_or_set(place, _read, KEPT_SECONDS)
    return known if known is not None else _read()


def _read() -> dict[str, VendorHistory]:
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    wrong = Q(state__in=[PushState.FAILED, PushState.UNKNOWN])
    rows = (
        visible(Push.objects.filter(created_at__gte=start_of_day(days[0])))
        .annotate(day=TruncDate("created_at"))
        .values("vendor", "day")
        .order_by()
        .annotate(ended=Count("pk", filter=wrong | Q(state=PushState.CONFIRMED)), failed=Count("pk", filter=wrong))
    )
    found: dict[str, dict[date, VendorDay]] = {}
    for row in rows:
        found.setdefault(row["vendor"], {})[row["day"]] = VendorDay(row["day"], row["ended"], row["failed"])
    return {vendor: VendorHistory([known.get(day, VendorDay(day)) for day in days]) for vendor, known in found.items()}
