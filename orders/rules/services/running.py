"""Running rules: each event once, its effects and its record in one transaction.

Only orders are locked, first of all and in the order of their keys, as everywhere. Workers skip orders that another
has; what a worker that died had begun is undone with its transaction, and the event still waits.
"""

import logging
from collections.abc import Collection, Iterable, Mapping

from django.db import OperationalError, transaction

from backoffice.acting import RULE, acting_as
from backoffice.engine.services.delivery import Postponed
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon
from backoffice.errors import DomainError
from backoffice.text.translatable import gettext as _
from orders.models import Order, OrderEvent
from orders.rules.models import Notice, NoticeKind, Rule, RuleEvent, RuleRun, RunOutcome
from orders.rules.services.actions import NotNow, Step
from orders.rules.services.context import RuleContext
from orders.rules.services.plans import (
    PlannedAction,
    PlannedRun,
    ReadRule,
    foresee,
    load_rule_data,
    plan_run,
    read_rule,
)

logger = logging.getLogger(__name__)

AT_ONCE = 50
# What undoes a run without any fault of the rule's: a lock that was not free, a lost connection, a worker at the part.
TRIED_AGAIN = (OperationalError, NotNow)
# So long a part waits at its door for rules that change it; they are run at once.
WAIT_SECONDS = 5
EVENTS: dict[str, RuleEvent] = {
    "order.received": RuleEvent.RECEIVED,
    "order.released": RuleEvent.RELEASED,
    "order.cancelled": RuleEvent.CANCELLED,
    "shipment.shipped": RuleEvent.SHIPPED,
    "shipment.delivered": RuleEvent.DELIVERED,
    "hold.placed": RuleEvent.HELD,
    "vendor.refused": RuleEvent.REFUSED,
    "order.late": RuleEvent.LATE,
    "push.needs_attention": RuleEvent.UNKNOWN,
    "vendor.silent": RuleEvent.SILENT,
}


class Running:
    """Rules at work on some locked orders, within one transaction. Contexts are read once, then kept up to date.

    With `waits` an action for which a worker is in the way raises NotNow; else it is left out, and says so.
    """

    def __init__(self, orders: Mapping[int, Order], rules: Iterable[Rule], *, waits: bool = False) -> None:
        self.orders, self.waits = orders, waits
        self.rules = {rule.pk: (rule, read_rule(rule)) for rule in rules}
        understood = [one for _rule, one in self.rules.values()]
        self.contexts = {one.pk: one for one in load_rule_data(list(orders), understood)} if self.rules else {}
        known = RuleRun.objects.filter(order__in=orders, rule__in=self.rules) if self.rules else RuleRun.objects.none()
        self.ran = set(known.values_list("order_id", "rule_id", "source"))

    def run(
        self, rule_id: int, order_id: int, *, source: str, asked_by: str = "", note_idle: bool = True
    ) -> RuleRun | None:
        """Run the rule at the order for that cause. None when its conditions do not hold, when it ran already,
        and (unless `note_idle`) when nothing is left to do.
        """
        if (order_id, rule_id, source) in self.ran:
            return None
        rule, understood = self.rules[rule_id]
        context = self.contexts[order_id]
        plan = plan_run(context, understood)
        if not plan.error and not (plan.held and (plan.does_something or note_idle)):
            return None
        self.ran.add((order_id, rule_id, source))
        actions, error = self._act(rule, understood, plan, context)
        run = RuleRun.objects.create(
            rule=rule,
            order_id=order_id,
            source=source,
            outcome=_outcome(actions, error),
            finding=plan.finding,
            actions=actions,
            error=error,
            asked_by=asked_by,
        )
        _record(run, rule)
        return run

    def _act(
        self, rule: Rule, understood: ReadRule, plan: PlannedRun, context: RuleContext
    ) -> tuple[list[dict[str, object]], str]:
        """Do what is planned, in turn, up to the first failure. Return the record and the error."""
        record, error = [], plan.error
        for step, action in zip(understood.steps, plan.actions, strict=False):
            failed = error and _("a previous action failed")
            if not action.why and not failed:
                try:
                    error = failed = self._apply(rule, step, action, order=self.orders[context.pk])
                except NotNow:
                    if self.waits:
                        raise
                    failed = "under_way"
            if not action.why and not failed:
                foresee(context, step, rule_id=rule.pk)
            record.append(action.plain(failed=failed))
        return record, error

    def _apply(self, rule: Rule, step: Step, action: PlannedAction, *, order: Order) -> str:
        """Do one action, wholly or not at all. Return why it failed; empty when it was done."""
        if step.action is None:
            return _("not set up")
        try:
            with transaction.atomic(), acting_as(RULE, str(rule.pk)):
                step.action.apply(order, step.known_params, rule_id=rule.pk, actor=rule.actor)
        except DomainError as error:
            return error.text or error.code
        except TRIED_AGAIN:
            raise
        except Exception as error:
            # Whatever one rule does wrong must stop neither the order nor the other rules: staff get a notice.
            logger.exception("Rule %s failed at order %s", rule.pk, order.pk)
            return f"{type(error).__name__}: {error}"[:500]
        return ""


def run_waiting_rules(order_id: int) -> None:
    """Run the rules that still wait at this order, so that one that holds or changes it comes before the vendor.

    Raise Postponed for a rule that changes what this very worker is about to send: it runs once the part waits again.
    """
    if not OrderEvent.objects.filter(order=order_id, awaiting_rules=True).exists():
        return
    try:
        with transaction.atomic():
            _run_events({order_id: Order.objects.locked(order_id)})
    except NotNow:
        enqueue_soon(RUN_RULES)
        raise Postponed(_("A rule is currently changing the order."), seconds=WAIT_SECONDS) from None


def work_waiting_events(*, limit: int = AT_ONCE) -> int:
    """Run the rules at up to `limit` orders with waiting events, oldest first. Return how many were taken.

    When that fails for all at once, each is tried by itself, so that one bad order does not stop the others.
    """
    waiting = OrderEvent.objects.filter(awaiting_rules=True).order_by("pk").values_list("order_id", flat=True)
    keys = list(dict.fromkeys(waiting[: 4 * limit]))
    if not keys:
        return 0
    try:
        return _work(keys, limit=limit)
    except TRIED_AGAIN as error:
        logger.warning("Rules at %s orders: %r", len(keys), error)
    return sum(_work_alone(key) for key in keys[:limit])


def run_by_hand(rule: Rule, *, orders: Collection[int], token: str, actor: str) -> list[RuleRun]:
    """Run the rule at these orders for a person; a repeat of the same token runs nothing twice."""
    runs = []
    for key in sorted(orders):
        with transaction.atomic():
            running = Running({key: Order.objects.locked(key)}, [rule])
            run = running.run(rule.pk, key, source=f"hand:{token}", asked_by=actor)
        if run is not None:
            runs.append(run)
    return runs


def _work_alone(key: int) -> int:
    try:
        return _work([key], limit=1)
    except TRIED_AGAIN as error:
        logger.warning("Rules at order %s wait: %r", key, error)
        return 0


def _work(keys: Collection[int], *, limit: int) -> int:
    with transaction.atomic():
        free = Order.objects.filter(pk__in=keys).select_for_update(skip_locked=True).order_by("pk")
        orders = {order.pk: order for order in free[:limit]}
        _run_events(orders)
    return len(orders)


def _run_events(orders: Mapping[int, Order]) -> None:
    """Run what waits at these orders. They must be locked: only then the flags say what has not run yet."""
    events = list(OrderEvent.objects.filter(order__in=orders, awaiting_rules=True).order_by("pk"))
    occurred = {EVENTS[event.kind] for event in events if event.kind in EVENTS}
    rules = list(Rule.objects.filter(enabled=True, removed_at__isnull=True, event__in=occurred)) if occurred else []
    if rules:
        running = Running(orders, rules, waits=True)
        for event in events:
            for rule in rules:
                if rule.event == EVENTS.get(event.kind):
                    running.run(rule.pk, event.order_id, source=f"event:{event.pk}")
    OrderEvent.objects.filter(pk__in=[event.pk for event in events]).update(awaiting_rules=False)


def _outcome(actions: list[dict[str, object]], error: str) -> RunOutcome:
    if error:
        return RunOutcome.FAILED
    return RunOutcome.DONE if any(action["done"] for action in actions) else RunOutcome.NOTHING


def _record(run: RuleRun, rule: Rule) -> None:
    """Record the run in the order's timeline; a failure also as one notice to staff for each rule."""
    kind = {RunOutcome.DONE: "rule.ran", RunOutcome.NOTHING: "rule.idle", RunOutcome.FAILED: "rule.failed"}
    params = {"rule": rule.name, "run": run.pk, "actions": run.actions, "text": run.error}
    OrderEvent.objects.create(
        order_id=run.order_id, actor=rule.actor, kind=kind[RunOutcome(run.outcome)], params=params
    )
    if run.error:
        Notice.objects.get_or_create(
            kind=NoticeKind.RULE_FAILED,
            rule=rule,
            done_at=None,
            defaults={"text": run.error, "made_by": rule.actor},
        )
