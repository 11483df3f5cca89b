"""What orders wait for goes with what it is about: nobody gets around a hold by splitting or merging."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from backoffice.errors import Errors, merge
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join
from orders.models import Hold, HoldReason, Order
from orders.services.change_labels import LINE, position_of
from orders.services.holds import active_holds

# Position before -> position in the order where the line is now.
Positions = Mapping[int, int]


def divide_holds(order: Order, new: Order, *, stay: Positions, go: Positions) -> tuple[list[Hold], list[Hold]]:
    """Return the holds of the order that are about nothing but what goes, and those of the new order, unsaved. A hold
    that is about the whole order holds both.
    """
    ended, copied = [], []
    for hold in active_holds(order):
        kept, taken = _errors_at(hold.errors, stay), _errors_at(hold.errors, go)
        if taken or not hold.errors:
            copied.append(copy_hold(hold, new, errors=taken))
        if hold.errors and not kept:
            ended.append(hold)
        elif kept != hold.errors:
            hold.errors = kept
            hold.save(update_fields=["errors"])
    return ended, copied


def move_holds(other: Order, order: Order, *, positions: Positions, actor: str) -> bool:
    """Let the order wait for what the other one waits for, which waits no longer. Return whether there was anything."""
    active = list(active_holds(other))
    note = _("Merged into order %(number)s.") % {"number": order.number}
    active_holds(other).update(released_by=actor, released_at=timezone.now(), release_note=note)
    for hold in active:
        errors = _errors_at(hold.errors, positions)
        if (same := _same_hold(hold, order)) is None:
            copy_hold(hold, order, errors=errors).save(force_insert=True)
            continue
        same.text = same.text if same.text == hold.text else join([same.text, hold.text])
        # What stands against the address of both is one thing to correct.
        same.errors = {path: list(dict.fromkeys(texts)) for path, texts in merge(same.errors, errors).items()}
        # Who holds longest: without an end it ends with a person.
        same.until = max(same.until, hold.until) if same.until and hold.until else None
        same.owner = same.owner or hold.owner
        same.save(update_fields=["text", "errors", "until", "owner"])
    return bool(active)


def settle_duplicates(orders: Sequence[Order]) -> None:
    """Let holds that call one of these orders a possible duplicate of another say that both are to be one order."""
    holds = Hold.objects.filter(order__in=orders, duplicate_of__in=orders, released_at__isnull=True)
    text = _(
        "This order contains the lines of orders that may be duplicates. Release the hold if the customer wants "
        "all of them; otherwise remove lines first."
    )
    for hold in holds:
        hold.text, hold.duplicate_of = text, None
        hold.save(update_fields=["text", "duplicate_of"])


def copy_hold(hold: Hold, order: Order, *, errors: Errors) -> Hold:
    """Return the same hold of another order, unsaved."""
    return Hold(
        order=order,
        reason=hold.reason,
        text=hold.text,
        errors=errors,
        placed_by=hold.placed_by,
        owner_id=hold.owner_id,
        until=hold.until,
        duplicate_of_id=None if hold.duplicate_of_id == order.pk else hold.duplicate_of_id,
    )


def _same_hold(hold: Hold, order: Order) -> Hold | None:
    same = active_holds(order).filter(reason=hold.reason)
    if hold.reason == HoldReason.RULE:
        same = same.filter(placed_by=hold.placed_by)
    return same.select_related("owner").first()


def _errors_at(errors: Errors, positions: Positions) -> Errors:
    """Return the errors that belong to these lines, under their paths there, and all that are about no line."""
    found: Errors = {}
    for path, texts in errors.items():
        position = position_of(path)
        match = LINE.fullmatch(path)
        if match is None or position is None:
            found[path] = texts
        elif position in positions:
            now = positions[position]
            head = f"lines[{now - 1}]" if match["index"] else f"lines.{now}"
            found[head + match["rest"]] = texts
    return found
