"""A rule on its way through many orders: the slots of its schedule, and orders whose event is past already."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from backoffice.decisions import note_decision
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.errors import Conflict, IllegalTransition
from backoffice.text.translatable import gettext as _
from orders.models import Order, OrderEvent, OrderState, ShipmentState
from orders.models.order import OPEN_STATES, OrderQuerySet
from orders.rules.models import Notice, NoticeKind, Rule, RuleEvent, RuleJob
from orders.rules.services.conditions import Comparison, Group
from orders.rules.services.plans import load_rule_data, plan_run, read_rule
from orders.rules.services.running import Running
from orders.rules.services.slots import latest_slot, next_slot

logger = logging.getLogger(__name__)

AT_ONCE = 500
# Millions of orders take hours; one that cannot go on would be tried for ever.
MOST_TIME = timedelta(days=1)
_SHIPPED = [ShipmentState.SHIPPED, ShipmentState.DELIVERED]


def _had(kind: str) -> Q:
    return Q(Exists(OrderEvent.objects.filter(order=OuterRef("pk"), kind=kind)))


# Which orders had the event, by what they are now or by their timelines.
_HAD: dict[str, Q] = {
    RuleEvent.RELEASED: Q(state__in=[OrderState.RELEASED, OrderState.CLOSED]),
    RuleEvent.CANCELLED: Q(state=OrderState.CANCELLED),
    RuleEvent.SHIPPED: Q(shipment__in=_SHIPPED),
    RuleEvent.DELIVERED: Q(shipment=ShipmentState.DELIVERED),
    RuleEvent.HELD: _had("hold.placed"),
    RuleEvent.REFUSED: _had("vendor.refused"),
    RuleEvent.LATE: _had("order.late"),
    RuleEvent.UNKNOWN: _had("push.needs_attention"),
    RuleEvent.SILENT: _had("vendor.silent"),
}
# Columns that a condition names by itself: what they exclude need not be read.
_NARROWING = {"state": "state", "production": "production", "shipment": "shipment"}


def orders_past(rule: Rule, *, since: datetime | None = None) -> OrderQuerySet:
    """Return the orders that had the rule's event, received from `since` on: a new rule will not see them by itself."""
    orders = Order.objects.filter(_HAD.get(rule.event, Q()), is_test=False)
    return orders.filter(created_at__gte=since) if since else orders


def orders_on_schedule(rule: Rule, *, now: datetime | None = None) -> OrderQuerySet:
    """Return the orders of a scheduled rule: open ones, and those received within RULES_SCHEDULE_DAYS."""
    since = (now or timezone.now()) - timedelta(days=settings.RULES_SCHEDULE_DAYS)
    orders = Order.objects.filter(Q(state__in=OPEN_STATES) | Q(created_at__gte=since))
    conditions = read_rule(rule).conditions
    for one in conditions.of if isinstance(conditions, Group) and conditions.match == "all" else ():
        if isinstance(one, Comparison) and one.op == "is_any" and one.field in _NARROWING:
            orders = orders.filter(**{f"{_NARROWING[one.field]}__in": one.value})
    return orders


def apply_to_past(rule: Rule, *, since: datetime | None, expected: int | None, actor: str) -> RuleJob:
    """Run the rule, in the background, at each of the orders that had its event before.

    Raises Conflict while it does so already, IllegalTransition for a rule that was removed or cannot be read.
    """
    if rule.removed_at or rule.event == RuleEvent.SCHEDULE:
        raise IllegalTransition(_("This rule cannot be applied to past orders."))
    if error := read_rule(rule).error:
        raise IllegalTransition(error)
    newest = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        with transaction.atomic():
            job = RuleJob.objects.create(rule=rule, since=since, until=newest, expected=expected, asked_by=actor)
            note_decision(job, _("Applied to past orders"))
    except IntegrityError:
        raise Conflict(_("This rule is already being applied to past orders.")) from None
    enqueue_soon_on_commit(RUN_RULES)
    return job


@transaction.atomic
def stop_job(job: RuleJob, *, actor: str) -> None:
    """Stop the job; what was done stays done. Raises Conflict when it is over."""
    stopped = RuleJob.objects.filter(pk=job.pk, finished_at__isnull=True)
    if not stopped.update(finished_at=timezone.now(), stopped_by=actor):
        raise Conflict(_("It has already ended."))
    note_decision(job, _("Stopped"))


def open_due_slots(*, now: datetime | None = None) -> int:
    """Give every scheduled rule that is due a job for its newest slot; earlier missed ones are left out.

    A rule that is still at its last slot is due again when that is finished. Return how many began.
    """
    now = now or timezone.now()
    due = Rule.objects.filter(event=RuleEvent.SCHEDULE, enabled=True, removed_at__isnull=True, next_slot_at__lte=now)
    begun = 0
    with transaction.atomic():
        for rule in due.select_for_update(skip_locked=True):
            if rule.jobs.filter(finished_at__isnull=True).exists():
                continue
            newest = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            slot = latest_slot(rule, now)
            _job, created = RuleJob.objects.get_or_create(rule=rule, slot=slot, defaults={"until": newest})
            begun += created
            Rule.objects.filter(pk=rule.pk).update(next_slot_at=next_slot(rule, now))
    return begun


def end_endless_jobs() -> int:
    """Stop jobs that are not finished after a day, and notify the staff. Return how many there were."""
    endless = RuleJob.objects.filter(finished_at__isnull=True, begun_at__lte=timezone.now() - MOST_TIME)
    count = 0
    for job in endless.select_related("rule"):
        with transaction.atomic():
            if not RuleJob.objects.filter(pk=job.pk, finished_at__isnull=True).update(
                finished_at=timezone.now(), stopped_by="system"
            ):
                continue
            sentence = _("It had not finished all orders after a day and was stopped; it had checked %(count)d.")
            text = sentence % {"count": job.looked_at}
            rule = {"kind": NoticeKind.RULE_FAILED, "rule": job.rule, "done_at": None}
            Notice.objects.get_or_create(**rule, defaults={"text": text, "made_by": job.rule.actor})
            count += 1
    return count


def work_jobs(*, seconds: float = 20) -> int:
    """Go on with open jobs, one chunk a transaction. Return how many orders were looked at."""
    deadline, looked_at = time.monotonic() + seconds, 0
    for pk in RuleJob.objects.filter(finished_at__isnull=True).order_by("pk").values_list("pk", flat=True):
        while time.monotonic() < deadline:
            try:
                taken = _work_chunk(pk)
            except OperationalError:  # an order was locked for too long: the same chunk next time
                break
            except Exception:  # a fault of ours in one rule must not keep the others waiting
                logger.exception("Rule job %s cannot go on.", pk)
                break
            looked_at += taken
            if not taken:
                break
    return looked_at


@transaction.atomic
def _work_chunk(pk: int) -> int:
    """Work on the next orders of the job. Return 0 when it is finished, or another worker has it."""
    job = RuleJob.objects.select_for_update(skip_locked=True, of=("self",)).select_related("rule").filter(pk=pk).first()
    if job is None or job.finished_at:
        return 0
    rule = job.rule
    if rule.removed_at or (job.slot and not rule.enabled):
        job.finished_at, job.stopped_by = timezone.now(), "system"
        job.save(update_fields=["finished_at", "stopped_by"])
        return 0
    orders = orders_on_schedule(rule, now=job.slot) if job.slot else orders_past(rule, since=job.since)
    keys = list(
        orders.filter(pk__gt=job.after, pk__lte=job.until).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    )
    _run_chunk(job, rule, keys)
    if len(keys) < AT_ONCE:
        job.finished_at = timezone.now()
    job.after = keys[-1] if keys else job.after
    job.save(update_fields=["after", "looked_at", "matched", "done", "failed", "finished_at"])
    return len(keys)


def _run_chunk(job: RuleJob, rule: Rule, keys: list[int]) -> None:
    """Run the rule at these orders. Most need nothing: only the others are locked, and looked at again then."""
    understood = read_rule(rule)
    acting = []
    for context in load_rule_data(keys, [understood]):
        plan = plan_run(context, understood)
        job.looked_at += 1
        job.matched += plan.held
        if plan.error or plan.does_something:
            acting.append(context.pk)
    if not acting:
        return
    rows = Order.objects.filter(pk__in=acting).select_for_update().order_by("pk")
    running = Running({order.pk: order for order in rows}, [rule])
    for key in running.orders:
        run = running.run(rule.pk, key, source=job.source, asked_by=job.asked_by, note_idle=False)
        if run is not None:
            job.done += not run.error
            job.failed += bool(run.error)
