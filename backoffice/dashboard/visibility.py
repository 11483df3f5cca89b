"""What the inbox keeps beside its rows."""

from backoffice.dashboard.models import DailyCount, Snooze
from backoffice.visibility import register_shared

register_shared(DailyCount, reason="Counts over all shops: only who sees all of them is shown the trend.")
register_shared(Snooze, reason="What a member of the staff has put off; the rows themselves are narrowed.")
