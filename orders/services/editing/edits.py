"""Editing an order: what was bought, for whom and where it goes, while the part that changes is not being made."""

from collections.abc import Mapping

import msgspec
from django.db import transaction

from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, Outdated, ineligible, merge
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import has_ability
from orders.models import AddressRole, Hold, HoldReason, Order, OrderState, VendorOrder, VendorOrderLine
from orders.models.vendor_order import FAILED
from orders.services.editing.amounts import amounts_of
from orders.services.editing.changes import OrderChanges
from orders.services.editing.checking import EditFindings, check_edit
from orders.services.editing.holds import CorrectedHolds
from orders.services.editing.parts import find_obstacles, replan
from orders.services.editing.plan import EditPlan, build_plan
from orders.services.editing.preview import EditPreview
from orders.services.editing.routing import build_route
from orders.services.editing.spelling import spell_changes
from orders.services.editing.writing import write_plan
from orders.services.holds import active_holds, place_hold
from orders.services.hooks import on_correction
from orders.services.lifecycle import end_corrected_holds, place_part
from orders.services.statuses import derive_statuses

# In these nothing of it is on its way by itself.
CORRECTABLE = (OrderState.NEW, OrderState.HELD)


def can_edit(order: Order) -> Eligibility:
    """Return whether anything of the order may still be edited; parts that are being made stand apart (`obstacles`)."""
    if order.has_ended:
        text = _(
            "Order %(number)s can no longer be changed. Its state: %(state)s. Create a new order for what is needed."
        )
        return ineligible(text % {"number": order.number, "state": order.get_state_display()})
    if order.cancel_requested_at:
        return ineligible(_("Cancellation was requested. Nothing can be changed until the vendor answers."))
    return ELIGIBLE


def can_correct(order: Order) -> Eligibility:
    """Return whether the addresses that vendors get may still be edited."""
    if not (found := can_edit(order)):
        return found
    obstacles = find_obstacles(list(order.vendor_orders.all()))
    return ineligible(next(iter(obstacles.values()))) if obstacles else ELIGIBLE


@transaction.atomic
def edit_order(
    order: Order,
    changes: OrderChanges,
    *,
    actor: str,
    revision: int | None = None,
    anyway: bool = False,
    release: bool = True,
) -> Order:
    """Change the order like that: one line in the timeline, the next revision. What a vendor has as a draft is given
    up and begun anew. Holds whose errors are corrected end, and the order goes on as after `release_hold`; not with
    `release` false.

    Raise Outdated when somebody has edited it since `revision`, IllegalTransition where the part that changes is being
    made or sent, InvalidInput with the errors by field when the pre-flight finds some in what changes (with `anyway`
    only those that no vendor takes). Nothing is changed then. Return the order as it is then.
    """
    order = lock_for_edit(order, revision=revision)
    plan = build_plan(order, changes)
    findings, rows = _examine(plan, lock=True)
    findings.ensure(anyway=anyway)
    return _keep(plan, findings, rows, actor=actor, anyway=anyway, release=release)


def preview_edit(order: Order, changes: OrderChanges) -> EditPreview:
    """Return what `edit_order` would do, and leave everything as it is. Raise InvalidInput for what is not there."""
    with transaction.atomic():
        order = lock_for_edit(order, revision=None)
        plan = build_plan(order, changes)
        found = EditPreview(before=amounts_of(plan.before))
        try:
            findings = _examine(plan, lock=False)[0]
        except IllegalTransition as refusal:
            found = EditPreview(spell_changes(plan), found.before, amounts_of(plan.after), obstacle=refusal.text)
        else:
            found = EditPreview(spell_changes(plan), found.before, amounts_of(plan.after), findings)
        transaction.set_rollback(True)
    return found


def correct_address(
    order: Order, *, role: AddressRole, values: Mapping[str, str], actor: str, revision: int | None = None
) -> Order:
    """Edit one address; holds that are about it end, also where it was right already.

    `values` are fields of Address, codes of country and state however they are written; fields left out stay.
    Raise Outdated when somebody has edited the order since `revision`.
    """
    given = {name: value or None for name, value in values.items()}
    changes = msgspec.convert({role.field: given}, OrderChanges)
    return _correct(order, changes, role=role, actor=actor, revision=revision)


@transaction.atomic
def route_lines(order: Order, vendors: Mapping[int, str], *, actor: str) -> Order:
    """Have these lines, by key, made by these vendors; what they cost there is filled in.

    Raise IllegalTransition for a line that is being made or sent, InvalidInput where a vendor does not offer its SKU or
    would refuse it. Nothing is changed then.
    """
    order = lock_for_edit(order, revision=None)
    plan = build_route(order, vendors)
    findings, rows = _examine(plan, lock=True)
    findings.ensure(anyway=False)
    return _keep(plan, findings, rows, actor=actor)


@transaction.atomic
def restore_addresses(order: Order, changes: OrderChanges, *, actor: str) -> Order:
    """Set addresses back to what they were before somebody corrected them. Where that is wrong the order waits for it
    again; it does not go on by itself.

    Raise IllegalTransition where a part is being made or sent already. Nothing is changed then.
    """
    order = lock_for_edit(order, revision=None)
    plan = build_plan(order, changes)
    findings, rows = _examine(plan, lock=True)
    if wrong := merge(findings.errors, findings.doubts):
        text = _("The address correction was undone.")
        place_hold(order, reason=HoldReason.BAD_ADDRESS, text=text, errors=wrong, actor=actor)
    return _keep(plan, findings, rows, actor=actor, anyway=True, release=False)


@transaction.atomic
def _correct(order: Order, changes: OrderChanges, *, role: AddressRole, actor: str, revision: int | None) -> Order:
    order = lock_for_edit(order, revision=revision)
    plan = build_plan(order, changes)
    plan.confirmed = role
    findings, rows = _examine(plan, lock=True)
    findings.ensure(anyway=False)
    return _keep(plan, findings, rows, actor=actor)


def lock_for_edit(order: Order, *, revision: int | None) -> Order:
    """Return the order with its shop, locked. Raise Outdated when somebody has edited it since `revision`,
    IllegalTransition when nothing of it may be edited any more.
    """
    order = Order.objects.select_related("shop").select_for_update(of=("self",)).get(pk=order.pk)
    if revision is not None and revision != order.revision:
        text = _("Someone else changed order %(number)s in the meantime. Read it again, then make your change.")
        raise Outdated(text % {"number": order.number}, revision=order.revision)
    can_edit(order).ensure()
    return order


def _examine(plan: EditPlan, *, lock: bool) -> tuple[EditFindings, list[VendorOrder]]:
    """Return what the pre-flight says and the parts that may change. Raise IllegalTransition for one that may not."""
    parts = plan.before.order.vendor_orders.all()
    rows = list(parts.select_for_update(of=("self",)) if lock else parts)
    obstacles = find_obstacles(rows, lock=lock)
    fixed = dict(VendorOrderLine.objects.filter(vendor_order__in=obstacles).values_list("line", "vendor_order"))
    _ensure_open(plan, rows, obstacles, fixed)
    return check_edit(plan, fixed=fixed), [row for row in rows if row.pk not in obstacles]


def _ensure_open(
    plan: EditPlan, rows: list[VendorOrder], obstacles: Mapping[int, str], fixed: Mapping[int, int]
) -> None:
    """Raise IllegalTransition where what changes is being made or sent already."""
    if plan.concerns_all_vendors:
        for obstacle in obstacles.values():
            raise IllegalTransition(obstacle)
    for line in plan.remade & fixed.keys():
        raise IllegalTransition(obstacles[fixed[line]])
    if plan.concerns_sale:
        for row in rows:
            if row.pk in obstacles and has_ability(row.vendor, TakesOrdersAtOnce):
                raise IllegalTransition(obstacles[row.pk])


def _keep(
    plan: EditPlan,
    findings: EditFindings,
    rows: list[VendorOrder],
    *,
    actor: str,
    anyway: bool = False,
    release: bool = True,
) -> Order:
    order, refused = plan.before.order, {row.pk for row in rows if row.state in FAILED}
    planned: list[VendorOrder] = []
    if changes := spell_changes(plan):
        write_plan(plan)
        if rows or order.vendor_orders.exists():
            planned = replan(order, rows, touched=plan.remade, everything=plan.concerns_all_vendors, actor=actor)
        order.events.create(actor=actor, kind="order.edited", params={"changes": changes, "revision": order.revision})
        for react in on_correction:
            react(order, actor=actor)
    refused_anew = bool(refused & {row.pk for row in planned})
    ended = CorrectedHolds(plan, findings, refused_anew=refused_anew).settle(order)
    if not anyway:
        ended = _hold_for(order, findings, ended, actor=actor)
    was_released = order.state == OrderState.RELEASED
    if release:
        end_corrected_holds(order, ended, actor=actor, note=_("The order was edited."))
    if was_released:
        for row in planned:
            place_part(row, actor=actor, not_before=order.leaves_at)
    order = Order.objects.locked(order.pk)
    derive_statuses(order)
    return order


def _hold_for(order: Order, findings: EditFindings, ended: list[Hold], *, actor: str) -> list[Hold]:
    """Let the order wait for what only a person decides, as at intake. What is left of a hold of that reason stays with
    it. Return those of the holds that end which are not needed for that.
    """
    reasons = (
        (HoldReason.BAD_ADDRESS, findings.doubts, _("The address may be incomplete.")),
        (HoldReason.ODD_PRICE, findings.prices, _("The prices look wrong.")),
        (HoldReason.OUT_OF_STOCK, findings.stock, _("There is not enough stock.")),
    )
    for reason, errors, text in reasons:
        if errors:
            corrected = [hold.pk for hold in ended if hold.reason == reason]
            rest = active_holds(order).filter(reason=reason).exclude(pk__in=corrected).first()
            errors = (rest.errors if rest else {}) | errors  # noqa: PLW2901 - with what is left
            place_hold(order, reason=reason, text=text, errors=errors, actor=actor)
    placed = [reason for reason, errors, _text in reasons if errors]
    return [hold for hold in ended if hold.reason not in placed]
