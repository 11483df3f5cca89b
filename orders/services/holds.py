"""Holds: the reasons why an order waits for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.engine.services.changes import set_changed
from backoffice.errors import Conflict, Errors, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderState
from orders.services.alarms import raise_alarm

# These only keep an order from being sent: of a cancelled one nothing will be. Every other reason outlasts its end.
_MOOT_ONCE_CANCELLED = {
    *(HoldReason.INVALID_INPUT, HoldReason.BAD_ADDRESS, HoldReason.BAD_FILE, HoldReason.UNAVAILABLE),
    *(HoldReason.VENDOR_REFUSED, HoldReason.POSSIBLE_DUPLICATE, HoldReason.MANUAL, HoldReason.RULE),
}
# What a vendor has is not gone because our order is.
_OUTLASTS_CANCELLATION = (HoldReason.SECOND_AT_VENDOR,)

LONGEST_HOLD = timedelta(days=366)
# Waiting is all that these need; any other reason is still there when the day has come.
MAY_END_BY_ITSELF = (HoldReason.MANUAL, HoldReason.RULE)


@dataclass(frozen=True)
class HoldTerms:
    """Who takes care of a hold, and until when it lasts; None: nobody, and until somebody releases it."""

    owner: User | None = None
    until: datetime | None = None

    def ensure_fit(self, *, reason: HoldReason) -> None:
        """Raise InvalidInput unless a hold of that reason may last until then: a time to come, within a year."""
        if self.until is None:
            return
        now, text = timezone.now(), ""
        if reason not in MAY_END_BY_ITSELF:
            text = _("This hold ends when its cause is fixed, not on a date.")
        elif not now < self.until <= now + LONGEST_HOLD:
            text = _("The time must be in the future and within a year.")
        if text:
            raise InvalidInput(text, errors={"until": [text]})


NO_TERMS = HoldTerms()


def active_holds(order: Order) -> QuerySet[Hold]:
    """Return what the order waits for, oldest first."""
    return order.holds.filter(released_at__isnull=True)


def place_hold(
    order: Order,
    *,
    reason: HoldReason,
    text: str,
    actor: str,
    errors: Errors | None = None,
    terms: HoldTerms = NO_TERMS,
) -> Hold:
    """Let the order wait for that reason; a second hold of the same reason replaces the text of the first. Rules have
    one each.

    The order must be locked. Raise IllegalTransition for an order that is cancelled or closed.
    """
    order.can_hold().ensure()
    terms.ensure_fit(reason=reason)
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
    # Whoever holds it anew says how long; whose it is stays unless they say so.
    write_terms(hold, HoldTerms(terms.owner or hold.owner, terms.until), order=order, actor=actor)
    return hold


def write_terms(hold: Hold, terms: HoldTerms, *, order: Order, actor: str) -> None:
    """Set owner and end of an active hold, with a line in the timeline for each. The order must be locked."""
    changed = set_changed(hold, {"owner": terms.owner, "until": terms.until})
    if not changed:
        return
    hold.save(update_fields=changed)
    if "until" in changed:
        _note(hold, "hold.postponed" if hold.until else "hold.endless", order=order, actor=actor)
    if "owner" in changed:
        _note(hold, "hold.owned" if hold.owner else "hold.unowned", order=order, actor=actor)


def _note(hold: Hold, kind: str, *, order: Order, actor: str) -> None:
    params = {"reason": hold.reason}
    if kind == "hold.postponed" and hold.until:
        params["until"] = hold.until.isoformat()
    if kind == "hold.owned" and hold.owner:
        params["to"] = hold.owner.get_username()
    order.events.create(actor=actor, kind=kind, params=params)


def hold_if_open(order: Order, *, reason: HoldReason, text: str, actor: str, errors: Errors | None = None) -> None:
    """Do as `place_hold`; at a cancelled or closed order, which can wait for nothing, it is an alarm instead.

    Only what would have kept a cancelled order from being sent is dropped: there is nothing left to do about it.
    """
    if order.can_hold():
        place_hold(order, reason=reason, text=text, actor=actor, errors=errors)
    elif order.state != OrderState.CANCELLED or reason not in _MOOT_ONCE_CANCELLED:
        raise_alarm(order, reason=reason, text=text, actor=actor)


def end_holds_with_order(order: Order, *, actor: str) -> None:
    """Release all holds of a locked order that is about to be cancelled; what outlasts it goes on as an alarm."""
    active = active_holds(order)
    for hold in active.filter(reason__in=_OUTLASTS_CANCELLATION):
        raise_alarm(order, reason=HoldReason(hold.reason), text=hold.text, actor=hold.placed_by)
    active.update(released_by=actor, released_at=timezone.now())


def end_hold(hold: Hold, *, order: Order, actor: str, note: str, overridden: bool = False) -> None:
    """Release one hold; `overridden` when somebody decided to go on although nothing was fixed. The order must be
    locked. Raise Conflict when somebody was first.
    """
    ended = active_holds(order).filter(pk=hold.pk)
    decided = {"overridden": True} if overridden else {}
    if not ended.update(released_by=actor, released_at=timezone.now(), release_note=note, **decided):
        raise Conflict(_("This hold has already been released."))
    order.events.create(actor=actor, kind="hold.released", params={"reason": hold.reason, "note": note})
