"""Times as clients and readers give them."""

from datetime import UTC, date, datetime, time

from django.utils import timezone

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def in_utc(when: datetime) -> datetime:
    """Return the same time in UTC: PostgreSQL takes no offsets of 16 hours and more, which the standard allows.

    Raises ValueError for a time that no calendar has in UTC.
    """
    try:
        return when.astimezone(UTC)
    except OverflowError:
        raise ValueError("The time lies outside of the calendar") from None


def within_calendar(when: datetime) -> datetime:
    """Return the time in UTC, or the end of the calendar that it lies beyond: as bounds of a search both are alike."""
    try:
        return in_utc(when)
    except ValueError:
        return EARLIEST if when.year == EARLIEST.year else LATEST


def start_of_day(day: date) -> datetime:
    """Return when the day begins in the reader's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
