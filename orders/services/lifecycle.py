"""What staff, shops and rules do with an order: release, hold, release a hold, cancel.

Each service locks the order, checks, changes and queues in one transaction, and returns the order as it is then. A
refusal raises and changes nothing. `actor` is a user's name, "shop:WEB", "vendor:<name>", "rule:7" or "system".
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import enqueue_push, queue_first_push, queue_push
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderLine, OrderState, VendorOrder, VendorOrderState
from orders.models.vendor_order import ENDED, FAILED, UNSUBMITTED
from orders.services.cancellation_outcomes import dismiss_refusals, settle_cancellation
from orders.services.cooling_off import can_end_cooling_off, cooled_at
from orders.services.holds import NO_TERMS, HoldTerms, active_holds, end_hold, place_hold
from orders.services.placing.planning import plan_vendor_orders, start_over
from orders.services.preflight.rechecks import DECIDED, ensure_sendable, reasons_to_hold, recheck_orders
from orders.services.preflight.stock_checks import note_backorders
from orders.services.push_kinds import CANCEL, PLACE, discard_draft, place_payload, queue_placing
from orders.services.statuses import derive_statuses


@transaction.atomic
def release_order(order: Order, *, actor: str, anyway: bool = False) -> Order:
    """Send the order to its vendors; what a vendor refused or cancelled before is placed anew.

    Raise IllegalTransition while anything holds it or vendors are asked to cancel it, and unless it is new or held;
    InvalidInput, with the errors by field, when the vendors would refuse it. With `anyway` errors of the catalogue do
    not count.
    """
    order = Order.objects.locked(order.pk)
    order.can_release(holds=active_holds(order)).ensure()
    found = ensure_sendable(order, anyway=anyway)
    order.move_to(OrderState.RELEASED, actor=actor, leaves_at=cooled_at(order.shop))
    note_backorders(order, found.backorders, actor=actor)
    for vendor_order in list(order.vendor_orders.select_for_update()) or plan_vendor_orders(order):
        place_part(vendor_order, actor=actor, not_before=order.leaves_at)
    derive_statuses(order)
    enqueue_soon_on_commit(RUN_RULES)
    return order


@transaction.atomic
def release_or_hold(order: Order, *, actor: str) -> Order:
    """Do as `release_order` where nobody is there to read a refusal: an order that would be refused is held instead,
    with the errors.
    """
    order = Order.objects.locked(order.pk)
    if order.can_release(holds=active_holds(order)):
        found = recheck_orders([order], lock=True)[order.pk]
        for reason, errors in reasons_to_hold(found).items():
            place_hold(order, reason=reason, text=_why_held(reason), errors=errors, actor=actor)
        if found.obstacles:
            return order
    return release_order(order, actor=actor)


def _why_held(reason: HoldReason) -> str:
    if reason == HoldReason.ODD_PRICE:
        return _("The prices look wrong. Check them with the shop, then release the hold or cancel the order.")
    if reason == HoldReason.OUT_OF_STOCK:
        return _("There is not enough stock. Change the order with the shop, or release the hold to order it anyway.")
    return _("The vendor would reject it. Correct the problems listed, then release the hold.")


def begin_released(order: Order, *, lines: list[OrderLine], has_documents: bool, actor: str) -> None:
    """Send an order to its vendors that was written as released in this very transaction: nobody else can see the row,
    so nothing is read or locked.
    """
    for vendor_order in plan_vendor_orders(order, lines=lines, has_documents=has_documents):
        queue_first_push(
            PLACE,
            vendor=vendor_order.vendor,
            subject=vendor_order,
            actor=actor,
            payload=place_payload(vendor_order),
            not_before=order.leaves_at,
        )


@transaction.atomic
def hold_order(
    order: Order,
    *,
    reason: HoldReason,
    text: str,
    actor: str,
    errors: dict[str, list[str]] | None = None,
    terms: HoldTerms = NO_TERMS,
) -> Order:
    """Let the order wait: what is not yet submitted to a vendor stays so; what is in production goes on.

    Raise IllegalTransition for a cancelled or closed order, InvalidInput for terms that cannot be meant.
    """
    order = Order.objects.locked(order.pk)
    place_hold(order, reason=reason, text=text, errors=errors, actor=actor, terms=terms)
    return order


@transaction.atomic
def release_hold(hold: Hold, *, actor: str, note: str, anyway: bool = False) -> Order:
    """End the hold. With the last one the order goes on: to its vendors when it was there before or its shop releases
    automatically, else it is new again.

    Raise Conflict when the hold was released already, InvalidInput as `release_order` does: then the hold stays.
    """
    order = Order.objects.locked(hold.order_id)
    end_hold(hold, order=order, actor=actor, note=note, overridden=hold.reason in DECIDED)
    return _go_on(order, actor=actor, release=partial(release_order, anyway=anyway))


@transaction.atomic
def end_corrected_holds(order: Order, holds: list[Hold], *, actor: str, note: str) -> Order:
    """End holds whose errors are corrected. The order goes on as after `release_hold`, except that other errors, should
    there be any, hold it instead of undoing the correction.
    """
    order = Order.objects.locked(order.pk)
    for hold in holds:
        end_hold(hold, order=order, actor=actor, note=note)
    return _go_on(order, actor=actor, release=release_or_hold) if holds else order


def _go_on(order: Order, *, actor: str, release: Callable[..., Order]) -> Order:
    """Release an order whose last hold has ended, or make it new again."""
    if order.state != OrderState.HELD or active_holds(order).exists():
        return order
    if goes_on_by_itself(order):
        return release(order, actor=actor)
    order.move_to(OrderState.NEW, actor=actor)
    return order


def goes_on_by_itself(order: Order) -> bool:
    """Return whether the end of its last hold sends the order to its vendors."""
    return order.shop.release_automatically or order.vendor_orders.exists()


@transaction.atomic
def end_cooling_off(order: Order, *, actor: str) -> Order:
    """Let a released order leave now instead of at the end of its cooling-off.

    Raise IllegalTransition when it waits for none.
    """
    order = Order.objects.locked(order.pk)
    can_end_cooling_off(order).ensure()
    order.leaves_at = None
    order.save(update_fields=["leaves_at", "updated_at"])
    order.events.create(actor=actor, kind="order.cooling_ended")
    subject = VendorOrder._meta.label_lower
    parts = order.vendor_orders.values("pk")
    waiting = Push.objects.filter(kind=PLACE, subject_type=subject, subject_id__in=parts, state=PushState.NEW)
    for push in waiting.select_for_update(skip_locked=True):
        enqueue_push(push, actor=actor)
    return order


@transaction.atomic
def cancel_order(order: Order, *, actor: str, reason: str) -> Order:
    """Cancel the order, at once when nothing of it is at a vendor; else the vendors are asked, and it is cancelled when
    all of them agree. Asking twice changes nothing.

    Raise IllegalTransition when a part of it is in production already, or it is cancelled or closed.
    """
    order = Order.objects.locked(order.pk)
    vendor_orders = list(order.vendor_orders.select_for_update())
    if order.cancel_requested_at and not order.has_ended:
        return order
    order.can_cancel(vendor_orders=vendor_orders).ensure()
    order.cancel_requested_at = timezone.now()
    order.save(update_fields=["cancel_requested_at", "updated_at"])
    order.events.create(actor=actor, kind="order.cancel_requested", params={"reason": reason})
    unbegun = _never_begun(vendor_orders)
    for vendor_order in vendor_orders:
        if vendor_order.pk in unbegun:
            vendor_order.state = VendorOrderState.CANCELLED
            vendor_order.save(update_fields=["state", "updated_at"])
        elif vendor_order.state not in ENDED:
            # Merged: one on its way may be ending because an earlier request was refused, and gets a follow-up then.
            queue_push(CANCEL, vendor=vendor_order.vendor, subject=vendor_order, actor=actor, merge=True)
    settle_cancellation(order, actor=actor)
    return order


def place_part(vendor_order: VendorOrder, *, actor: str, not_before: datetime | None = None) -> None:
    """Queue what is not at its vendor yet; what was refused or cancelled goes under a fresh reference.

    The old draft is discarded after that, not before: pushes of one subject wait for each other.
    """
    given_up = ""
    if vendor_order.state in FAILED:
        dismiss_refusals(vendor_order, actor=actor, reason=_("The order was released again."))
        given_up = start_over(vendor_order)
    if vendor_order.state in UNSUBMITTED:
        queue_placing(vendor_order, actor=actor, not_before=not_before)
    if given_up:
        discard_draft(vendor_order, given_up, actor=actor)


def _never_begun(vendor_orders: list[VendorOrder]) -> set[int]:
    """Return those of which certainly nothing is at the vendor or on its way there.

    A push that waits is locked, so that no worker begins it before we commit; then the worker finds the vendor
    order cancelled and withdraws. A push that somebody else has locked is being worked on.
    """
    empty = (VendorOrderState.PLANNED, VendorOrderState.REFUSED)
    candidates = {row.pk for row in vendor_orders if row.state in empty and not row.vendor_id}
    pushes = Push.objects.open().filter(
        kind=PLACE, subject_type=VendorOrder._meta.label_lower, subject_id__in=candidates
    )
    begun = {push.pk: push.subject_id for push in pushes}
    for push in pushes.filter(state=PushState.NEW).select_for_update(skip_locked=True):
        begun.pop(push.pk, None)
    return candidates - set(begun.values())
