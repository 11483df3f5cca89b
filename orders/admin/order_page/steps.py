"""How far a vendor order is, as the steps of a journey."""

from dataclasses import dataclass
from typing import Any

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import has_ability
from orders.models import VendorOrder
from orders.models import VendorOrderState as State

# Up to which step each state has certainly come (0: created ... 4: produced).
REACHED = {State.SUBMITTED: 2, State.CHECKED: 3, State.IN_PRODUCTION: 3, State.DONE: 4}
ENDED = (State.REFUSED, State.CANCELLED)


@dataclass(frozen=True)
class ProgressStep:
    """`state` is done, now, wait or failed; `note` says how much or when."""

    title: str
    state: str
    note: Any = ""


def steps(vendor_order: VendorOrder, *, shipped: bool) -> list[ProgressStep]:
    """Created, lines, submitted, checked, production, shipped: what our own record and the vendor's word say."""
    lines = list(vendor_order.lines.all())
    there = sum(1 for line in lines if line.vendor_id)
    reached = REACHED.get(State(vendor_order.state), -1)
    if has_ability(vendor_order.vendor, TakesOrdersAtOnce):
        return _few_steps(vendor_order, shipped=shipped)
    counted = _("%(there)s of %(all)s") % {"there": there, "all": len(lines)}
    journey = [
        (_("Created"), bool(vendor_order.vendor_id), vendor_order.vendor_id),
        (_("Lines"), bool(lines) and there == len(lines), counted),
        (_("Submitted"), vendor_order.submitted_at is not None, vendor_order.submitted_at or ""),
        (_("Preflight"), reached >= 3, ""),
        (_("Production"), reached >= 4, ""),
        (_("Shipped"), shipped, ""),
    ]
    # What came later proves what came before: a vendor may never have told us of a step.
    last = max((place for place, (_title, done, _note) in enumerate(journey) if done), default=-1)
    last = max(last, reached)
    ended = vendor_order.state in ENDED
    return [
        ProgressStep(title, _state(place, last=last, ended=ended), note)
        for place, (title, _done, note) in enumerate(journey)
    ]


def _few_steps(vendor_order: VendorOrder, *, shipped: bool) -> list[ProgressStep]:
    """Of a vendor that takes an order in one call: sent, and what people recorded."""
    state = State(vendor_order.state)
    journey = [
        (_("Sent"), vendor_order.submitted_at is not None, vendor_order.submitted_at or ""),
        (_("Production"), state == State.DONE, ""),
        (_("Shipped"), shipped, ""),
    ]
    last = max((place for place, (_title, done, _note) in enumerate(journey) if done), default=-1)
    ended = state in ENDED
    return [
        ProgressStep(title, _state(place, last=last, ended=ended), note)
        for place, (title, _done, note) in enumerate(journey)
    ]


def _state(place: int, *, last: int, ended: bool) -> str:
    if place <= last:
        return "done"
    if place == last + 1:
        return "failed" if ended else "now"
    return "wait"
