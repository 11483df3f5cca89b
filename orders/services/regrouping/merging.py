"""Merging orders of one recipient before anything of them is sent: the lines go to one, the others are cancelled."""

import copy
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from django.db import transaction

from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.translatable import gettext as _
from orders.models import Order, OrderLine, OrderState, VendorOrder
from orders.services.annotations import MOST_TAGS
from orders.services.cooling_off import later_of
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import lock_for_edit
from orders.services.editing.parts import drop_part, replan
from orders.services.editing.plan import MOST_LINES, FieldChange, build_plan
from orders.services.editing.spelling import spell_changes
from orders.services.editing.writing import write_plan
from orders.services.holds import place_hold
from orders.services.lifecycle import place_part
from orders.services.preflight.order_checks import by_reason
from orders.services.preflight.rechecks import recheck_orders
from orders.services.regrouping.eligibility import ONE_OF, can_join, can_merge, lock_parts, run_waiting_rules
from orders.services.regrouping.holds import move_holds, settle_duplicates
from orders.services.regrouping.input import MOST_MERGED
from orders.services.regrouping.splitting import describe_lines
from orders.services.regrouping.totals import add_up, keep_parts
from orders.services.search import refresh_search
from orders.services.statuses import derive_statuses
from orders.services.totals import spell_totals

LONGEST_REFERENCE = 50


@transaction.atomic
def merge_orders(order: Order, others: Sequence[int], *, actor: str, revision: int | None = None) -> Order:
    """Let all lines of the other orders, by key, be lines of this one, which costs what all cost together and waits
    for what any of them waits for. The others are cancelled and say where their lines went. Return the order.

    Raise Outdated when somebody has edited the order since `revision`, IllegalTransition when a vendor has anything of
    one, or they cannot be one order, InvalidInput for others that are not there, too many lines, and where the vendor
    would refuse all together. Nothing is changed then.
    """
    orders = _locked([order.pk, *others])
    _ensure_found(order, others, orders)
    if revision is not None and orders[order.pk].revision != revision:
        lock_for_edit(order, revision=revision)
    run_waiting_rules(list(orders.values()))
    orders = _locked(orders)
    target, sources = orders.pop(order.pk), list(orders.values())
    for source in sources:
        can_merge(target, source).ensure()
    for source, other in combinations(sources, 2):
        can_join(source, other).ensure()
    parts = {one.pk: lock_parts(one) for one in (target, *sources)}
    stood_before = any(found.errors for found in recheck_orders([target, *sources]).values())
    _Merge(target, sources, parts, actor=actor).run(stood_before=stood_before)
    return Order.objects.get(pk=target.pk)


def _locked(keys: Sequence[int] | dict[int, Order]) -> dict[int, Order]:
    """Return the orders with their shops, locked in the order of their keys."""
    rows = Order.objects.select_related("shop").select_for_update(of=("self",)).filter(pk__in=set(keys))
    return {row.pk: row for row in rows.order_by("pk")}


def _ensure_found(order: Order, others: Sequence[int], found: dict[int, Order]) -> None:
    errors: Errors = {}
    for place, key in enumerate(others):
        if key not in found or (found[key].shop_id, found[key].is_test) != (order.shop_id, order.is_test):
            add_error(errors, f"orders[{place}]", _("The shop has no order %(id)s.") % {"id": key})
        elif key == order.pk or key in others[:place]:
            add_error(errors, f"orders[{place}]", _("List each of the other orders only once."))
    if not others or len(others) > MOST_MERGED:
        add_error(errors, "orders", _("Choose 1 to %(most)d other orders.") % {"most": MOST_MERGED})
    if errors:
        raise InvalidInput(_("The orders cannot be merged this way."), errors=errors)


class _Merge:
    """The orders on their way into one; all of them are locked, and their parts."""

    def __init__(self, order: Order, sources: list[Order], parts: dict[int, list[VendorOrder]], *, actor: str) -> None:
        self.order, self.sources, self.parts, self.actor = order, sources, parts, actor
        self.plan = build_plan(order, OrderChanges())
        self.moved = {source.pk: list(source.lines.order_by("position")) for source in sources}
        self.positions = {source.pk: self._add(source) for source in sources}
        if len(self.plan.after.lines) > MOST_LINES:
            text = _("An order can have at most %(most)d lines.") % {"most": MOST_LINES}
            raise InvalidInput(text, errors={"orders": [text]})

    def run(self, *, stood_before: bool) -> None:
        """Write it all, and undo it where the vendor would refuse what it would have taken apart."""
        self._take_over()
        changes = spell_changes(self.plan)
        write_plan(self.plan)
        own = self.parts[self.order.pk]
        everything = self.plan.concerns_all_vendors
        planned = replan(self.order, own, touched=(), everything=everything, actor=self.actor) if own else []
        settle_duplicates([self.order, *self.sources])
        waits = [self._empty(source) for source in self.sources]
        self._note(changes)
        if any(waits) and self.order.state != OrderState.HELD:
            self.order.move_to(OrderState.HELD, actor=self.actor)
        self._check(stood_before=stood_before)
        if self.order.state == OrderState.RELEASED:
            for row in planned:
                place_part(row, actor=self.actor, not_before=self.order.leaves_at)
        derive_statuses(self.order)

    def _add(self, source: Order) -> dict[int, int]:
        """Plan copies of the other order's lines; return their positions there and here."""
        lines, taken = self.plan.after.lines, {line.reference for line in self.plan.after.lines}
        positions = {}
        for line in self.moved[source.pk]:
            made = copy.copy(line)
            made.pk, made._state.adding, made.order = None, True, self.order
            made.position = len(lines) + 1
            made.reference = _free_reference(line.reference, of=source, taken=taken)
            taken.add(made.reference)
            lines.append(made)
            positions[line.position] = made.position
        return positions

    def _take_over(self) -> None:
        """Take over what both can have: sums, what one has (`ONE_OF`), tags, an assignee, the later departure."""
        order, after = self.order, self.plan.after.order
        total = sum((source.total for source in self.sources), Decimal(0))
        if total:
            after.total = order.total + total
            self.plan.fields["total"] = FieldChange("total", order.total, after.total)
        self._add_totals()
        for name in ONE_OF:
            value = next((found for source in self.sources if (found := getattr(source, name))), "")
            if value and not getattr(order, name):
                setattr(after, name, value)
                self.plan.fields[name] = FieldChange(name, "", value)
        tags = list(dict.fromkeys([*order.tags, *(tag for source in self.sources for tag in source.tags)]))
        order.tags = tags[:MOST_TAGS]
        order.assignee_id = order.assignee_id or next(filter(None, (one.assignee_id for one in self.sources)), None)
        order.leaves_at = later_of(order.leaves_at, *(source.leaves_at for source in self.sources))
        order.save(update_fields=["tags", "assignee", "leaves_at", "updated_at"])

    def _add_totals(self) -> None:
        order, after = self.order, self.plan.after.order
        after.totals = keep_parts(add_up([order, *self.sources]))
        if after.totals != order.totals:
            self.plan.fields["totals"] = FieldChange("totals", spell_totals(order), spell_totals(after))

    def _empty(self, source: Order) -> bool:
        """Cancel the other order without its lines. Return whether it waited for something."""
        for row in self.parts[source.pk]:
            drop_part(row, actor=self.actor)
        OrderLine.objects.filter(order=source).delete()
        waits = move_holds(source, self.order, positions=self.positions[source.pk], actor=self.actor)
        params = {"number": self.order.number, "order": self.order.pk}
        source.move_to(
            OrderState.CANCELLED,
            actor=self.actor,
            event=("order.merged", params),
            merged_into=self.order,
            total=Decimal(0),
            totals=None,
            revision=source.revision + 1,
        )
        refresh_search(source)
        derive_statuses(source)
        return waits

    def _check(self, *, stood_before: bool) -> None:
        errors = recheck_orders([self.order])[self.order.pk].errors
        if errors and not stood_before:
            raise InvalidInput(_("The vendor would reject these orders together. Nothing was merged."), errors=errors)
        if self.order.state != OrderState.RELEASED:
            return
        text = _("The vendor would reject it. Correct the problems listed, then release the hold.")
        for reason, some in by_reason(errors=errors, prices={}, stock={}).items():
            place_hold(self.order, reason=reason, text=text, errors=some, actor=self.actor)

    def _note(self, changes: list[list[str]]) -> None:
        for source in self.sources:
            params = {
                "number": source.number,
                "order": source.pk,
                "lines": describe_lines(self.moved[source.pk]),
                "changes": changes,
                "revision": self.order.revision,
            }
            self.order.events.create(actor=self.actor, kind="order.absorbed", params=params)


def _free_reference(reference: str, *, of: Order, taken: set[str]) -> str:
    """Return the line's own reference, with that of its order before it where another line has it."""
    found, number = reference, 1
    while found in taken:
        ending = f"-{reference}" if number == 1 else f"-{reference}-{number}"
        found = of.reference[: max(1, LONGEST_REFERENCE - len(ending))] + ending[-LONGEST_REFERENCE + 1 :]
        number += 1
    return found
