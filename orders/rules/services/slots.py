"""When a rule on a schedule is due. Slots are fixed points of the clock, so that a missed one is known as such."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orders.rules.models import Rule

FEWEST_MINUTES, MOST_MINUTES = 5, 7 * 24 * 60


def latest_slot(rule: Rule, now: datetime) -> datetime:
    """Return the newest slot that is not later than `now`: of several that were missed, the one that counts."""
    if rule.every_minutes:
        step = rule.every_minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // step * step, UTC)
    zone = ZoneInfo(rule.time_zone)
    day = now.astimezone(zone).date()
    today = datetime.combine(day, rule.daily_at or time(), zone).astimezone(UTC)
    if today <= now:
        return today
    return datetime.combine(day - timedelta(days=1), rule.daily_at or time(), zone).astimezone(UTC)


def next_slot(rule: Rule, now: datetime) -> datetime:
    """Return the first slot after `now`."""
    if rule.every_minutes:
        return latest_slot(rule, now) + timedelta(minutes=rule.every_minutes)
    zone = ZoneInfo(rule.time_zone)
    # By the calendar, not by 24 hours: days that change the clock are longer or shorter.
    day = latest_slot(rule, now).astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, rule.daily_at or time(), zone).astimezone(UTC)
