"""A part that its vendor has but does not make yet: cancelled there, changed, and begun anew. One physical order."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState, VendorOrderState
from orders.services.editing.edits import edit_order
from orders.services.holds import active_holds
from orders.services.taking_back import take_back_part
from tests.flows.test_edits_under_way import Killed, made, revive
from tests.orders.editing.desk import changes_of
from tests.orders.rows import SKU

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

QUANTITY = {"lines": {"change": [{"reference": "L1", "quantity": 25}]}}


@pytest.fixture(autouse=True)
def mug(sandbox: Sandbox) -> Variant:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    known = {"vendor": "mypromo", "vendor_id": "2", "personalized": True, "changed_at": now, "created_at": now}
    return Variant.objects.create(product=product, sku=SKU, **known)


def test_a_submitted_part_is_taken_back_changed_and_made_once(
    sandbox: Sandbox, place: Callable[..., Order], work: Callable[[], None]
) -> None:
    order = place()
    with pytest.raises(IllegalTransition, match="Take that part back first"):
        edit_order(order, changes_of(**QUANTITY), actor="mara")
    part = take_back_part(order.vendor_orders.get(), actor="mara")
    work()
    order.refresh_from_db()
    assert (order.state, active_holds(order).get().reason) == (OrderState.HELD, HoldReason.VENDOR_CANCELLED)
    assert not order.events.filter(kind="vendor.cancelled_unasked").exists()
    assert edit_order(order, changes_of(**QUANTITY), actor="mara").state == OrderState.RELEASED
    work()
    part.refresh_from_db()
    assert (part.state, part.generation) == (VendorOrderState.SUBMITTED, 2)
    assert made(sandbox) == [(f"{order.number}-g2", [25])]


def test_what_is_made_already_goes_on_and_says_so(
    sandbox: Sandbox, place: Callable[..., Order], work: Callable[[], None]
) -> None:
    order = place()
    part = order.vendor_orders.get()
    take_back_part(part, actor="mara")
    sandbox.advance(60)
    work()
    order.refresh_from_db()
    assert (order.state, active_holds(order).exists()) == (OrderState.CLOSED, False)
    assert order.events.filter(kind="order.cancel_refused").count() == 1
    assert made(sandbox) == [(order.number, [5])]


def test_without_the_request_to_take_it_back_nothing_is_cancelled(
    sandbox: Sandbox, place: Callable[..., Order], work: Callable[[], None]
) -> None:
    """The control: a cancellation of an order that is not to be cancelled is withdrawn, also of another number."""
    order = place()
    part = order.vendor_orders.get()
    with transaction.atomic():
        queue_push("orders.cancel", vendor="mypromo", subject=part, actor="mara", payload={"take_back": "other"})
    work()
    assert order.vendor_orders.get().state == VendorOrderState.SUBMITTED
    assert made(sandbox) == [(order.number, [5])]


def test_a_worker_killed_while_it_is_taken_back_asks_again_and_cancels_once(
    sandbox: Sandbox, place: Callable[..., Order], work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = place()
    take_back_part(order.vendor_orders.get(), actor="mara")

    def dies(*_given: object, **_named: object) -> None:
        raise Killed

    monkeypatch.setattr("orders.services.vendor_cancellation.apply_order_report", dies)
    with pytest.raises(Killed):
        deliver(Push.objects.get(kind="orders.cancel").pk)
    monkeypatch.undo()
    revive()
    work()
    assert order.vendor_orders.get().state == VendorOrderState.CANCELLED
    assert active_holds(order).get().reason == HoldReason.VENDOR_CANCELLED
    assert made(sandbox) == []
