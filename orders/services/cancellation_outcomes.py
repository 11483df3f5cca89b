"""The outcome of a requested cancellation: all vendors agree, or one of them refuses."""

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import dismiss_push
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from orders.models import HoldReason, Order, OrderEvent, OrderState, VendorOrder, VendorOrderState
from orders.models.vendor_order import ENDED, UNSUBMITTED
from orders.services.holds import end_holds_with_order, hold_if_open
from orders.services.push_kinds import queue_placing
from orders.services.statuses import derive_statuses


def settle_cancellation(order: Order, *, actor: str) -> None:
    """Cancel an order whose cancellation was requested once no vendor holds any of it. The order must be locked."""
    if not order.cancel_requested_at or not order.may_become(OrderState.CANCELLED):
        return
    if order.vendor_orders.exclude(state__in=ENDED).exists():
        return
    end_holds_with_order(order, actor=actor)
    for vendor_order in order.vendor_orders.all():
        dismiss_refusals(vendor_order, actor=actor, reason=_("The order was cancelled."))
    order.move_to(OrderState.CANCELLED, actor=actor)
    derive_statuses(order)
    enqueue_soon_on_commit(RUN_RULES)


def go_on_after_refusal(row: VendorOrder, *, text: str, actor: str, push: Push | None = None) -> None:
    """Let the order go on, and note why; where parts are cancelled already it is held. What is not at its vendor yet is
    placed: while the cancellation was requested its push was withdrawn. The order must be locked.
    """
    order = Order.objects.locked(row.order_id)
    if order.cancel_requested_at is None:
        return
    order.cancel_requested_at = None
    order.save(update_fields=["cancel_requested_at", "updated_at"])
    text = text or row.too_late_text()
    params = {"vendor": row.vendor, "reference": row.reference, "text": text}
    OrderEvent.objects.create(order=order, actor=actor, kind="order.cancel_refused", params=params, push=push)
    cancelled = list(order.vendor_orders.filter(state=VendorOrderState.CANCELLED).values_list("reference", flat=True))
    if cancelled:
        parts = _("Cancelled parts: %(parts)s.") % {"parts": ", ".join(cancelled)}
        then = _("The rest of the order could not be cancelled. Release the hold to place the cancelled parts again.")
        text = join_sentences(parts, text, then)
        hold_if_open(order, reason=HoldReason.VENDOR_CANCELLED, text=text, actor="system")
    if order.state == OrderState.RELEASED:
        for part in order.vendor_orders.filter(state__in=UNSUBMITTED):
            queue_placing(part, actor=actor, not_before=order.leaves_at)
    derive_statuses(order)


def dismiss_refusals(vendor_order: VendorOrder, *, actor: str, reason: str) -> None:
    """Dismiss what a vendor refused before: this deals with it, no person has to."""
    for push in Push.objects.about(vendor_order).needing_attention().filter(state=PushState.FAILED):
        dismiss_push(push, actor=actor, reason=reason)
