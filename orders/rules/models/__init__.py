"""Rules, their runs, their notices to the staff, and their calls to addresses outside."""

from orders.rules.models.call import CallState, RuleCall, RuleCallAttempt, RuleSecret
from orders.rules.models.notice import Notice, NoticeKind
from orders.rules.models.rule import Rule, RuleEvent
from orders.rules.models.rule_run import RuleJob, RuleRun, RunOutcome

__all__ = [
    "CallState",
    "Notice",
    "NoticeKind",
    "Rule",
    "RuleCall",
    "RuleCallAttempt",
    "RuleEvent",
    "RuleJob",
    "RuleRun",
    "RuleSecret",
    "RunOutcome",
]
