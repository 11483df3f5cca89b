"""Rules, their runs, and what they tell the staff."""

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
