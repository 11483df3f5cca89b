"""Holds: the reasons why an order waits for a person."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.errors import Conflict, IllegalTransition
from orders.models import Hold, HoldReason, Order, OrderState


def active_holds(order: Order) -> QuerySet[Hold]:
    """What the order waits for, oldest first."""
    return order.holds.filter(released_at__isnull=True)


def place_hold(
    order: Order, *, reason: HoldReason, text: str, actor: str, errors: dict[str, list[str]] | None = None
) -> Hold:
    """The order waits for that reason; a second hold of the same reason replaces the text of the first. Rules have
    one each.

    The order must be locked. Raises IllegalTransition for an order that is cancelled or closed.
    """
    if order.state != OrderState.HELD:
        order.move_to(OrderState.HELD, actor=actor)
    whose = {"placed_by": actor} if reason == HoldReason.RULE else {}
    hold, created = order.holds.get_or_create(
        reason=reason, released_at=None, **whose, defaults={"text": text, "errors": errors or {}, "placed_by": actor}
    )
    if created:
        order.events.create(actor=actor, kind="hold.placed", params={"reason": reason, "text": text})
    elif (hold.text, hold.errors) != (text, errors or {}):
        hold.text, hold.errors = text, errors or {}
        hold.save(update_fields=["text", "errors"])
        order.events.create(actor=actor, kind="hold.changed", params={"reason": reason, "text": text})
    return hold


def hold_if_open(
    order: Order, *, reason: HoldReason, text: str, actor: str, errors: dict[str, list[str]] | None = None
) -> None:
    """Like `place_hold`, but a cancelled or closed order, which can wait for nothing, stays as it is."""
    if order.state == OrderState.HELD or order.may_become(OrderState.HELD):
        place_hold(order, reason=reason, text=text, actor=actor, errors=errors)


def end_hold(hold: Hold, *, order: Order, actor: str, note: str) -> None:
    """The reason is gone. The order must be locked. Raises Conflict when somebody was first."""
    ended = active_holds(order).filter(pk=hold.pk)
    if not ended.update(released_by=actor, released_at=timezone.now(), release_note=note):
        raise Conflict(_("This hold has been released already."))
    order.events.create(actor=actor, kind="hold.released", params={"reason": hold.reason, "note": note})


def refuse_while_held(order: Order) -> None:
    """Raises IllegalTransition, naming the reasons, while anything holds the order."""
    reasons = [str(hold.get_reason_display()) for hold in active_holds(order)]
    if reasons:
        text = _("Order %(number)s is held: %(reasons)s.")
        raise IllegalTransition(
            text % {"number": order.number, "reasons": ", ".join(str(reason) for reason in reasons)}
        )
