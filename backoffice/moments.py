"""Times as clients give them."""

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC: PostgreSQL takes no offsets of 16 hours and more, which the standard allows.

    Raises ValueError for a moment that no calendar has in UTC.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("The time lies outside of the calendar") from None
