"""Whose rows of rules are whose: a rule holds for all shops, what it did is of the order."""

from backoffice.visibility import register, register_shared
from orders.rules.models import Notice, Rule, RuleCall, RuleCallAttempt, RuleJob, RuleRun, RuleSecret

register_shared(Rule, RuleJob, RuleSecret, reason="A rule holds for the orders of all shops.")
# That a rule failed, which names no order, is shown to who sees all.
register(Notice, "order__shop")
register(RuleRun, "order__shop")
register(RuleCall, "order__shop")
register(RuleCallAttempt, "call__order__shop")
