"""How far a vendor order is, as the steps of a journey."""

from dataclasses import dataclass
from typing import Any

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SimulatesOrders, TakesOrdersAtOnce
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
    """Return the steps up to shipped, from our own record and the vendor's reports."""
    state, sent = State(vendor_order.state), vendor_order.submitted_at
    if any(has_ability(vendor_order.vendor, ability) for ability in (TakesOrdersAtOnce, SimulatesOrders)):
        reached = -1
        journey: list[tuple[str, bool, Any]] = [
            (_("Sent"), sent is not None, sent or ""),
            (_("Production"), state == State.DONE, ""),
        ]
    else:
        reached = REACHED.get(state, -1)
        lines = list(vendor_order.lines.all())
        there = sum(1 for line in lines if line.vendor_id)
        counted = _("%(there)s of %(all)s") % {"there": there, "all": len(lines)}
        journey = [
            (_("Created"), bool(vendor_order.vendor_id), vendor_order.vendor_id),
            (_("Lines"), bool(lines) and there == len(lines), counted),
            (_("Submitted"), sent is not None, sent or ""),
            (_("Preflight"), reached >= 3, ""),
            (_("Production"), reached >= 4, ""),
        ]
    journey.append((_("Shipped"), shipped, ""))
    # What came later proves what came before: a vendor may never have reported a step.
    last = max(reached, *(place for place, (_title, done, _note) in enumerate(journey) if done), -1)
    return [
        ProgressStep(title, _state(place, last=last, ended=state in ENDED), note)
        for place, (title, _done, note) in enumerate(journey)
    ]


def _state(place: int, *, last: int, ended: bool) -> str:
    if place <= last:
        return "done"
    if place == last + 1:
        return "failed" if ended else "now"
    return "wait"
