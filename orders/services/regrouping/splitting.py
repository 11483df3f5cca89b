"""Splitting an order before anything of it is sent: some lines and pieces become an order of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from backoffice.errors import Conflict
from backoffice.text.translatable import gettext as _
from orders.models import Hold, Order, OrderLine, OrderState, VendorOrder
from orders.services.editing.changes import LineChange, LineChanges, OrderChanges
from orders.services.editing.edits import lock_for_edit
from orders.services.editing.parts import replan
from orders.services.editing.plan import EditPlan, FieldChange, build_plan
from orders.services.editing.spelling import spell_changes
from orders.services.editing.writing import write_plan
from orders.services.holds import place_hold
from orders.services.intake.repeating import SPLIT, find_free_reference
from orders.services.lifecycle import (
    begin_released,
    end_corrected_holds,
    goes_on_by_itself,
    place_part,
    release_or_hold,
)
from orders.services.order_message import OrderRows
from orders.services.placing.planning import plan_vendor_orders
from orders.services.preflight.rechecks import recheck_orders
from orders.services.regrouping.checking import SplitCheck
from orders.services.regrouping.eligibility import can_split, lock_parts, run_waiting_rules
from orders.services.regrouping.holds import divide_holds
from orders.services.regrouping.input import SplitInput
from orders.services.regrouping.new_order import write_split_off
from orders.services.regrouping.shares import Share, divide_backorder, read_share
from orders.services.regrouping.totals import keep_parts, leave
from orders.services.statuses import derive_statuses
from orders.services.totals import read_totals, spell_totals

_TAKEN = "one_order_per_mode_reference"


@dataclass(frozen=True)
class SplitOrders:
    """The order that stays, and the one that was split off."""

    kept: Order
    new: Order


def split_order(
    order: Order, split: SplitInput, *, actor: str, revision: int | None = None, anyway: bool = False
) -> SplitOrders:
    """Make an order of its own of these pieces: same shop, customer and addresses, held for what they were held for,
    released where the order was. Pieces and totals together stay what they were.

    Raise Outdated when somebody has edited the order since `revision`, IllegalTransition when a vendor has anything of
    it, Conflict when its shop has an order of that reference, InvalidInput with the errors by field for what it does
    not have and where the catalogue would refuse what is left or goes (not with `anyway`). Nothing is changed then.
    """
    try:
        with transaction.atomic():
            return _split(order, split, actor=actor, revision=revision, anyway=anyway)
    except IntegrityError as error:
        if _TAKEN not in str(error):
            raise
        text = _("The shop already has an order %(reference)s. Choose another reference.")
        raise Conflict(text % {"reference": split.reference or ""}, code="reference_taken") from None


def _split(order: Order, split: SplitInput, *, actor: str, revision: int | None, anyway: bool) -> SplitOrders:
    order = lock_for_edit(order, revision=revision)
    run_waiting_rules([order])
    order = lock_for_edit(order, revision=None)
    can_split(order).ensure()
    parts = lock_parts(order)
    stood_before = bool(recheck_orders([order])[order.pk].errors)
    share, plan = plan_split(order, split)
    write_plan(plan)
    reference = split.reference or find_free_reference(order, ending=SPLIT)
    new = write_split_off(order, plan.before.lines, share, reference=reference)
    work = _Split(order, new, plan, share, parts, actor=actor)
    check = SplitCheck(order, new, plan.before.lines, share)
    check.ensure(anyway=anyway)
    work.note()
    work.hold(check, stood_before=stood_before)
    work.go_on()
    return SplitOrders(Order.objects.get(pk=order.pk), Order.objects.get(pk=new.order.pk))


def plan_split(order: Order, split: SplitInput) -> tuple[Share, EditPlan]:
    """Return what goes, and the order beside what stays of it; nothing is written. Raise InvalidInput."""
    lines = list(order.lines.order_by("position"))
    share = read_share(order, lines, split.lines)
    changes = LineChanges(
        change=[
            LineChange(reference=line.reference, quantity=line.quantity - share.pieces[line.pk])
            for line in lines
            if share.is_divided(line)
        ],
        remove=[line.reference for line in lines if share.is_whole(line)],
    )
    plan = build_plan(order, OrderChanges(lines=changes, total=f"{order.total - share.total:f}"))
    _leave_totals(plan, share)
    before = {line.pk: line for line in lines}
    for line in plan.after.lines:
        if line.pk in plan.changed:
            line.backordered = divide_backorder(before[line.pk], share.pieces[line.pk])[0]
    return share, plan


def _leave_totals(plan: EditPlan, share: Share) -> None:
    order, after, totals = plan.before.order, plan.after.order, read_totals(plan.before.order)
    if totals is not None and share.totals is not None:
        after.totals = keep_parts(leave(totals, share.totals))
        plan.fields["totals"] = FieldChange("totals", spell_totals(order), spell_totals(after))


def describe_lines(lines: Sequence[OrderLine]) -> str:
    """Return the lines as one text."""
    return ", ".join(f"{line.quantity} × {line.sku or line.name}" for line in lines)


class _Split:
    """What follows for both orders once their rows are written. Both are locked: nobody else has seen the new one."""

    def __init__(
        self, order: Order, new: OrderRows, plan: EditPlan, share: Share, parts: list[VendorOrder], *, actor: str
    ) -> None:
        self.order, self.new, self.plan, self.parts, self.actor = order, new.order, plan, parts, actor
        self.new_lines = new.lines
        self.was = OrderState(order.state)
        before = {line.pk: line.position for line in plan.before.lines}
        self.stay = {before[line.pk]: line.position for line in plan.after.lines}
        taken = [line for line in plan.before.lines if line.pk in share.pieces]
        self.go = {line.position: place for place, line in enumerate(taken, start=1)}
        self.planned = replan(order, parts, touched=plan.remade, everything=False, actor=actor) if parts else []
        self.ended: list[Hold] = []

    def note(self) -> None:
        """Write into both timelines where the lines went and came from."""
        lines = describe_lines(self.new_lines)
        changes = {"changes": spell_changes(self.plan), "revision": self.order.revision}
        self.order.events.create(
            actor=self.actor,
            kind="order.split",
            params={"number": self.new.number, "order": self.new.pk, "lines": lines, **changes},
        )
        self.came_from = {"number": self.order.number, "order": self.order.pk, "lines": lines}

    def hold(self, check: SplitCheck, *, stood_before: bool) -> None:
        """Hold both for what they were held for, and for what is to be decided since."""
        self.ended, copied = divide_holds(self.order, self.new, stay=self.stay, go=self.go)
        event = ("order.split_off", self.came_from)
        must_wait = bool(copied or check.new_reasons(stood_before=stood_before))
        if copied:
            self.new.move_to(OrderState.HELD, actor=self.actor, event=event)
            Hold.objects.bulk_create(copied)
        elif self.was == OrderState.RELEASED and not must_wait:
            self.new.move_to(OrderState.RELEASED, actor=self.actor, event=event, leaves_at=self.order.leaves_at)
        else:
            self.new.events.create(actor=self.actor, kind=event[0], params=event[1])
        for one, reasons in (
            (self.order, check.kept_reasons(stood_before=stood_before)),
            (self.new, check.new_reasons(stood_before=stood_before)),
        ):
            for reason, (text, errors) in reasons.items():
                place_hold(one, reason=reason, text=text, errors=errors, actor=self.actor)

    def go_on(self) -> None:
        """Let both go where the order was going: to their vendors, or nowhere yet."""
        note = _("The affected lines are now in order %(number)s.") % {"number": self.new.number}
        if self.new.state == OrderState.RELEASED:
            has_documents = self.new.generic_label or self.new.documents.exists()
            begin_released(self.new, lines=self.new_lines, has_documents=has_documents, actor=self.actor)
        elif self.parts:
            plan_vendor_orders(self.new)
        if self.was == OrderState.HELD and self.new.state == OrderState.NEW and goes_on_by_itself(self.new):
            release_or_hold(self.new, actor=self.actor)
        end_corrected_holds(self.order, self.ended, actor=self.actor, note=note)
        if self.order.state == OrderState.RELEASED:
            for row in self.planned:
                place_part(row, actor=self.actor, not_before=self.order.leaves_at)
        derive_statuses(Order.objects.locked(self.order.pk))
