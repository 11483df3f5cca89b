"""Snoozed work: hidden from one person until a moment that they chose."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from backoffice.dashboard.models import Snooze
from backoffice.errors import InvalidInput
from backoffice.text.datetimes import start_of_day
from backoffice.text.translatable import gettext as _

MORNING = timedelta(hours=8)
LONGEST = timedelta(days=90)


def snoozed_keys(user: Any) -> dict[str, list[int]]:
    """Return what this person has snoozed and is not over: keys by kind."""
    keys: dict[str, list[int]] = defaultdict(list)
    for kind, key in Snooze.objects.filter(user=user, until__gt=timezone.now()).values_list("kind", "key"):
        keys[kind].append(key)
    return keys


def snooze(user: Any, *, kind: str, key: int, until: datetime) -> None:
    """Hide it from this person until then. Raise InvalidInput for the past and for more than 90 days ahead."""
    if not timezone.now() < until <= timezone.now() + LONGEST:
        text = _("Choose a day within the next %(days)s days.") % {"days": LONGEST.days}
        raise InvalidInput(text, errors={"until": [text]})
    Snooze.objects.update_or_create(user=user, kind=kind, key=key, defaults={"until": until})


def wake(user: Any, *, kind: str, key: int) -> None:
    """Show it to this person again."""
    Snooze.objects.filter(user=user, kind=kind, key=key).delete()


def forget_ended() -> None:
    Snooze.objects.filter(until__lte=timezone.now()).delete()


def choices() -> list[tuple[str, str]]:
    """Return the days that are offered, as (day, label): tomorrow, the next Monday, in a week."""
    today = timezone.localdate()
    monday = today + timedelta(days=7 - today.weekday())
    # Where two are the same day, the plainer word: on a Sunday the next Monday is tomorrow.
    days = {
        today + timedelta(days=7): _("In a week"),
        monday: _("Next Monday"),
        today + timedelta(days=1): _("Tomorrow"),
    }
    return [(day.isoformat(), str(label)) for day, label in sorted(days.items())]


def first_and_last_day() -> tuple[str, str]:
    """Return between which days one may choose freely: the last one's morning is within reach at any hour."""
    today = timezone.localdate()
    return (today + timedelta(days=1)).isoformat(), (today + LONGEST - timedelta(days=1)).isoformat()


def morning_of(text: str) -> datetime:
    """Return 8 o'clock on that day ("2026-11-30"). Raise InvalidInput for what is none."""
    try:
        return start_of_day(date.fromisoformat(text)) + MORNING
    except (ValueError, OverflowError):
        message = _("Choose a day.")
        raise InvalidInput(message, errors={"until": [message]}) from None
