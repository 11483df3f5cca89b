"""Days on which is worked: Monday to Friday. Holidays differ by place and vendor, and nobody tells us."""

from datetime import date, timedelta

_WEEK = 5


def add_working_days(day: date, days: int) -> date:
    """Return the day that comes so many working days later; a weekend counts as the Friday before it."""
    friday_or_before = day - timedelta(days=max(0, day.weekday() - 4))
    weeks, rest = divmod(friday_or_before.weekday() + days, _WEEK)
    return friday_or_before + timedelta(days=7 * weeks + rest - friday_or_before.weekday())
