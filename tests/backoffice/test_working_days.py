from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backoffice.text.working_days import add_working_days


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 60))
def test_each_day_from_monday_to_friday_counts_one(day: date, days: int) -> None:
    counted = [day + timedelta(days=number) for number in range(1, 100)]
    working = [one for one in counted if one.weekday() < 5]
    before = day - timedelta(days=max(0, day.weekday() - 4))
    assert add_working_days(day, days) == (working[days - 1] if days else before)
