"""Rules, their runs, and their notices to the staff."""

from orders.rules.models.notice import Notice, NoticeKind
from orders.rules.models.rule import Rule, RuleEvent
from orders.rules.models.rule_run import RuleJob, RuleRun, RunOutcome

__all__ = [
    "Notice",
    "NoticeKind",
    "Rule",
    "RuleEvent",
    "RuleJob",
    "RuleRun",
    "RunOutcome",
]
