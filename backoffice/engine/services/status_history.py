"""Asking vendors for their status in regular intervals, and what they answered day by day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from backoffice.engine.models import StatusDay
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.states import Tone
from backoffice.text.cleaning import clean_foreign
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.errors import RateLimited, VendorError
from backoffice.vendors.registry import live_accounts, vendor_type

DAYS_KEPT = 90
LONGEST_CAUSE = 300
# More than this share of a day without an answer is a bad day, not a hiccup.
_BAD_SHARE = 0.05
_COUNT = f"""
    INSERT INTO {StatusDay._meta.db_table} AS day (vendor, day, asked, failed, last_failed_at, last_failure)
    VALUES (%(vendor)s, %(day)s, 1, %(failed)s, %(failed_at)s, %(cause)s)
    ON CONFLICT (vendor, day) DO UPDATE SET
        asked = day.asked + 1, failed = day.failed + excluded.failed,
        last_failed_at = coalesce(excluded.last_failed_at, day.last_failed_at),
        last_failure = CASE WHEN excluded.failed > 0 THEN excluded.last_failure ELSE day.last_failure END
"""  # noqa: S608 - the name of our own table


@dataclass(frozen=True)
class DayOfVendor:
    """One day of the history; `asked` is 0 where nobody asked."""

    day: date
    asked: int = 0
    failed: int = 0
    cause: str = ""

    @property
    def tone(self) -> Tone:
        if not self.asked:
            return Tone.GREY
        if not self.failed:
            return Tone.GREEN
        return Tone.RED if self.failed > self.asked * _BAD_SHARE else Tone.AMBER


@dataclass(frozen=True)
class StatusHistory:
    """The last days of one vendor, the oldest first."""

    days: list[DayOfVendor]

    @property
    def asked(self) -> int:
        return sum(day.asked for day in self.days)

    @property
    def answered_percent(self) -> float | None:
        """Return the share of questions that were answered well, rounded down; None where nobody asked."""
        failed = sum(day.failed for day in self.days)
        return (self.asked - failed) * 1000 // self.asked / 10 if self.asked else None


def ask_statuses() -> None:
    """Ask all configured vendors that have a status to ask for, and count their answers."""
    for name in live_accounts(Vendor, configured=True):
        if vendor_type(name, Vendor).HAS_STATUS:
            _ask(name)


def _ask(vendor: str) -> None:
    cause = ""
    try:
        get_vendor(vendor, Vendor, lane=Lane.READS).check()
    except RateLimited:
        return  # not asked: it was our own limiter
    except VendorError as error:
        cause = str(error.text) or type(error).__name__
    count_answer(vendor, cause=cause)


def count_answer(vendor: str, *, cause: str) -> None:
    """Count one answer of today, a failure where there is a `cause`; forget what is older than `DAYS_KEPT`."""
    today = timezone.localdate()
    values: dict[str, str | int | date | datetime | None] = {
        "vendor": vendor,
        "day": today,
        "failed": int(bool(cause)),
        "failed_at": timezone.now() if cause else None,
        "cause": clean_foreign(cause, is_line=True)[:LONGEST_CAUSE],
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, values)
        StatusDay.objects.filter(vendor=vendor, day__lte=today - timedelta(days=DAYS_KEPT)).delete()


def read_status_histories() -> dict[str, StatusHistory]:
    """Return the last 90 days of each vendor that was ever asked, by name. One query."""
    today = timezone.localdate()
    wanted = [today - timedelta(days=back) for back in range(DAYS_KEPT - 1, -1, -1)]
    found: dict[str, dict[date, DayOfVendor]] = {}
    for row in StatusDay.objects.filter(day__gte=wanted[0]):
        found.setdefault(row.vendor, {})[row.day] = DayOfVendor(row.day, row.asked, row.failed, row.last_failure)
    return {
        vendor: StatusHistory([days.get(day) or DayOfVendor(day) for day in wanted]) for vendor, days in found.items()
    }
