"""How long the home pages keep their rows."""

from backoffice.engine.services.retention import bounded_elsewhere

bounded_elsewhere("dashboard.DailyCount", kept="some weeks, a row a kind and day", by="deleted by `count_inbox`")
bounded_elsewhere("dashboard.Snooze", kept="until it is over, at most 90 days", by="deleted by `count_inbox`")
