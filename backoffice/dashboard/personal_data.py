"""What the pages over all apps keep: nothing of a person."""

from backoffice.privacy.registry import register_without

register_without("counts", "dashboard.DailyCount")
register_without("what one of the staff put off", "dashboard.Snooze")
