"""What can be done with an order now, and in words what cannot: the guards that the services ask under their locks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from backoffice.text.translatable import gettext as _

if TYPE_CHECKING:
    from orders.admin.order_page.context import OrderPageContext


@dataclass(frozen=True)
class Action:
    """One thing to do: a button to `url`, or words when `refusal` says why not."""

    name: str
    label: str
    icon: str
    style: str
    url: str
    refusal: str = ""


def possible_actions(facts: "OrderPageContext") -> list[Action]:
    """Most likely next step first."""
    order = facts.order
    actions = [
        ("release", _("Release"), "send", "primary", order.can_release(holds=facts.active_holds)),
        ("hold", _("Hold"), "front_hand", "", order.can_hold()),
        ("cancel", _("Cancel the order"), "cancel", "", order.can_cancel(vendor_orders=facts.vendor_orders)),
    ]
    return [
        Action(name, label, icon, style, reverse(f"admin:orders_order_{name}", args=[order.pk]), found.reason)
        for name, label, icon, style, found in actions
    ]
