"""What can be done with an order now, and in words what cannot.

The services decide; this only foresees their answer, so that nobody is offered a button that fails.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import Hold, Order, OrderState, VendorOrder, VendorOrderState
from orders.services.cancellations import too_late_text

if TYPE_CHECKING:
    from orders.admin.facts import OrderFacts

TOO_LATE = (VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE)


@dataclass(frozen=True)
class Action:
    """One thing to do: a button to `url`, or words when `refusal` says why not."""

    name: str
    label: str
    icon: str
    style: str
    url: str
    refusal: str = ""


def possible_actions(facts: "OrderFacts") -> list[Action]:
    """Most likely next step first."""
    order = facts.order
    wishes = [
        ("release", _("Release"), "send", "primary", why_not_release(order, holds=facts.active_holds)),
        ("hold", _("Hold"), "front_hand", "", why_not_hold(order)),
        ("cancel", _("Cancel the order"), "cancel", "", why_not_cancel(order, vendor_orders=facts.vendor_orders)),
    ]
    return [
        Action(name, label, icon, style, reverse(f"admin:orders_order_{name}", args=[order.pk]), refusal)
        for name, label, icon, style, refusal in wishes
    ]


def why_not_release(order: Order, *, holds: list[Hold]) -> str:
    """Empty when it can be released."""
    if order.state == OrderState.RELEASED:
        return _("It is released already.")
    if order.state in (OrderState.CANCELLED, OrderState.CLOSED):
        return _("It is %(state)s.") % {"state": order.get_state_display()}
    if holds:
        reasons = ", ".join(str(hold.get_reason_display()) for hold in holds)
        return _("It cannot be released while it is held: %(reasons)s.") % {"reasons": reasons}
    return ""


def why_not_hold(order: Order) -> str:
    """Empty when it can be held."""
    if order.state in (OrderState.CANCELLED, OrderState.CLOSED):
        return _("It is %(state)s.") % {"state": order.get_state_display()}
    return ""


def why_not_cancel(order: Order, *, vendor_orders: list[VendorOrder]) -> str:
    """Empty when it can be cancelled."""
    if order.state in (OrderState.CANCELLED, OrderState.CLOSED):
        return _("It is %(state)s.") % {"state": order.get_state_display()}
    if order.cancel_requested_at:
        return _("Its cancellation has been asked for; the vendor has not answered yet.")
    for vendor_order in vendor_orders:
        if vendor_order.state in TOO_LATE:
            return too_late_text(vendor_order)
    return ""
