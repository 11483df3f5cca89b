"""What a page says can be done with an order is what the services do: both are asked, in every state."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.errors import DomainError
from orders.admin.order_page.context import OrderPageContext, possible_actions
from orders.models import HoldReason, Order, OrderState, VendorOrder, VendorOrderState
from orders.services.editing.edits import can_edit
from orders.services.holds import active_holds, place_hold
from orders.services.lifecycle import cancel_order, hold_order, release_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db

DEEDS: dict[str, Callable[[Order], object]] = {
    "release": lambda order: release_order(order, actor="jana"),
    "edit": lambda order: can_edit(Order.objects.locked(order.pk)).ensure(),
    "hold": lambda order: hold_order(order, reason=HoldReason.MANUAL, text="look", actor="jana"),
    "cancel": lambda order: cancel_order(order, actor="jana", reason="not wanted"),
}


def order_in(state: OrderState, part: VendorOrderState | None, *, asked: bool, held: bool) -> Order:
    """Return an order in that state, with a part in that one at its vendor unless it is None."""
    order = make_order()
    if part is not None:
        VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference=order.number, state=part)
    if held:
        place_hold(order, reason=HoldReason.BAD_ADDRESS, text="look", actor="jana")
    Order.objects.filter(pk=order.pk).update(state=state, cancel_requested_at=timezone.now() if asked else None)
    return Order.objects.get(pk=order.pk)


def facts_of(order: Order) -> OrderPageContext:
    """Return what the page asks its guards with."""
    facts = SimpleNamespace(
        order=order, active_holds=list(active_holds(order)), vendor_orders=list(order.vendor_orders.all())
    )
    return cast(OrderPageContext, facts)


def refusal_of(deed: Callable[[Order], object], order: Order) -> str:
    """Return what the service says; nothing is left of it."""
    try:
        with transaction.atomic():
            deed(order)
            transaction.set_rollback(True)
    except DomainError as error:
        return error.text
    return ""


@pytest.mark.parametrize("part", [None, *VendorOrderState])
@pytest.mark.parametrize("state", list(OrderState))
def test_pages_and_services_refuse_alike_and_in_the_same_words(state: OrderState, part: VendorOrderState) -> None:
    for asked in (False, True):
        for held in (False, True):
            order = order_in(state, part, asked=asked, held=held)
            for action in possible_actions(facts_of(order)):
                said = refusal_of(DEEDS[action.name], order)
                if action.name == "cancel" and asked and not order.has_ended:  # asking twice changes nothing
                    assert (said, action.refusal.startswith("Its cancellation")) == ("", True)
                else:
                    assert said == action.refusal
