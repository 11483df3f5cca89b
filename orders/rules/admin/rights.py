"""Which rights somebody needs besides, to have a rule run at orders: those of its actions."""

from django.http import HttpRequest

from orders.rules.models import Rule
from orders.rules.services.plans import read_rule


def missing_rights(request: HttpRequest, rule: Rule) -> list[str]:
    """Return one sentence for each kind of action of the rule that needs a right this person does not have."""
    actions = {step.kind: step.action for step in read_rule(rule).steps}.values()
    return [
        str(action.refusal)
        for action in actions
        if action is not None and action.permission and not request.user.has_perm(action.permission)
    ]
