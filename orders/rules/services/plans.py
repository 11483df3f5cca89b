"""What rules would do: a pure function of contexts and rules. A run takes the same way and then does it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from backoffice.errors import InvalidInput
from orders.rules.models import Rule
from orders.rules.services import desk_actions, field_action, route_action, url_action
from orders.rules.services.actions import RULE_ACTIONS, Step, read_actions
from orders.rules.services.conditions import Group, evaluate, read_conditions
from orders.rules.services.context import RuleContext, read_rule_data

# Actions are registered by being imported; other apps have theirs loaded when Django starts.
OWN_ACTIONS = (desk_actions, field_action, route_action, url_action)
AT_ONCE = 500


@dataclass(frozen=True)
class ReadRule:
    """A rule understood once; `error` says why it cannot be, then it has nothing else."""

    pk: int
    conditions: Group | None = None
    steps: tuple[Step, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class PlannedAction:
    """`why` is empty where it would be done (see `actions.REASONS`)."""

    kind: str
    params: dict[str, Any]
    key: str
    why: str

    def plain(self, *, failed: str = "") -> dict[str, Any]:
        """Return the action as a run records it."""
        why = self.why or failed
        return {"kind": self.kind, "params": self.params, "key": self.key, "done": not why, "why": why}


@dataclass(frozen=True)
class PlannedRun:
    """One rule at one order: whether its conditions hold, and what it would do."""

    rule_id: int
    order_id: int
    number: str
    held: bool
    finding: dict[str, Any]
    actions: tuple[PlannedAction, ...] = ()
    error: str = ""

    @property
    def does_something(self) -> bool:
        return any(not action.why for action in self.actions)


@dataclass
class Plan:
    """What some rules would do to some orders. `runs` has those that hold (all of them where that was asked for)."""

    looked_at: int = 0
    runs: list[PlannedRun] = field(default_factory=list)
    held: Counter[int] = field(default_factory=Counter)
    acting: Counter[int] = field(default_factory=Counter)


def read_rule(rule: Rule) -> ReadRule:
    """Return the rule understood; one that cannot be says why instead of raising."""
    try:
        return ReadRule(rule.pk, read_conditions(rule.conditions), tuple(read_actions(rule.actions)))
    except InvalidInput as error:
        return ReadRule(rule.pk, error=error.text)


def plan_rules(
    orders: Iterable[int], rules: Sequence[Rule], *, now: datetime | None = None, with_unheld: bool = False
) -> Plan:
    """Return what the rules, in this order, would do to orders of these keys. Writes nothing.

    Reads 500 orders at a time. `now` is what ages are counted to.
    """
    now, understood, plan = now or timezone.now(), [read_rule(rule) for rule in rules], Plan()
    for keys in _chunks(orders):
        for context in load_rule_data(keys, understood, now=now):
            plan.looked_at += 1
            for run in plan_order(context, understood):
                plan.held[run.rule_id] += run.held
                plan.acting[run.rule_id] += run.does_something
                if run.held or run.error or with_unheld:
                    plan.runs.append(run)
    return plan


def load_rule_data(
    keys: Collection[int], rules: Iterable[ReadRule], *, now: datetime | None = None
) -> list[RuleContext]:
    """Return the contexts of these orders, with what the rules' actions load beside."""
    found = read_rule_data(keys, now=now)
    for kind in sorted({step.kind for rule in rules for step in rule.steps} & RULE_ACTIONS.keys()):
        own = RULE_ACTIONS[kind].load(keys)
        for context in found:
            context.extra[kind] = own.get(context.pk, {})
    return found


def plan_order(context: RuleContext, rules: Iterable[ReadRule]) -> Iterator[PlannedRun]:
    """Plan each rule in turn; what one would do is noted on the context before the next."""
    for rule in rules:
        run = plan_run(context, rule)
        for step, action in zip(rule.steps, run.actions, strict=False):
            if not action.why:
                foresee(context, step, rule_id=rule.pk)
        yield run


def plan_run(context: RuleContext, rule: ReadRule) -> PlannedRun:
    """Plan one rule. Each action is planned on what those before it leave, but the context stays as it is.

    A rule that cannot cope with the order says so in `error`.
    """
    if rule.conditions is None:
        return PlannedRun(rule.pk, context.pk, context.number, held=False, finding={}, error=rule.error)
    try:
        return _plan_understood(context, rule, rule.conditions)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        text = f"{type(error).__name__}: {error}"
        return PlannedRun(rule.pk, context.pk, context.number, held=False, finding={}, error=text)


def _plan_understood(context: RuleContext, rule: ReadRule, conditions: Group) -> PlannedRun:
    finding = evaluate(conditions, context)
    actions: list[PlannedAction] = []
    if finding["held"]:
        after = copy_context(context) if len(rule.steps) > 1 else context
        for step in rule.steps:
            actions.append(plan_action(after, step, rule_id=rule.pk))
            if after is not context and not actions[-1].why:
                foresee(after, step, rule_id=rule.pk)
    return PlannedRun(rule.pk, context.pk, context.number, finding["held"], finding, tuple(actions))


def plan_action(context: RuleContext, step: Step, *, rule_id: int) -> PlannedAction:
    why = "not_set_up"
    if step.action is not None:
        why = step.action.plan(context, step.known_params, rule_id=rule_id)
    return PlannedAction(step.kind, step.params, step.key, why)


def foresee(context: RuleContext, step: Step, *, rule_id: int) -> None:
    """Note on the context what the action does."""
    context.past.done.add((rule_id, step.key))
    if step.action is not None:
        step.action.foresee(context, step.known_params, rule_id=rule_id)


def copy_context(context: RuleContext) -> RuleContext:
    """Return an independent copy. Lines, and what actions loaded, are shared: who foresees a change replaces it."""
    past = context.past
    kept = replace(
        past,
        holds=dict(past.holds),
        tags_removed=set(past.tags_removed),
        notices=set(past.notices),
        done=set(past.done),
    )
    return replace(context, tags=list(context.tags), past=kept, extra=dict(context.extra))


def _chunks(orders: Iterable[int]) -> Iterator[list[int]]:
    keys = iter(orders)
    while chunk := list(islice(keys, AT_ONCE)):
        yield chunk
