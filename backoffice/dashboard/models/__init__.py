"""What the inbox keeps: who wants to see what again when, and how much there was on each day."""

from backoffice.dashboard.models.daily_count import DailyCount
from backoffice.dashboard.models.snooze import Snooze

__all__ = ["DailyCount", "Snooze"]
