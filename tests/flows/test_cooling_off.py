"""What a cooling-off means at the vendor: nothing of the order is there before its end, and one order after it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from orders.models import Order, OrderState
from orders.services.lifecycle import cancel_order, end_cooling_off, release_order
from orders.services.placing import refusals
from tests.orders.rows import make_order


@pytest.fixture
def cooling(sandbox: Sandbox) -> Order:
    order = make_order()
    order.shop.cooling_off_seconds = 300
    order.shop.save()
    return release_order(order, actor="mara")


def try_early() -> None:
    """Try the push as if its time had come: a bell that rings early, a clock that goes wrong."""
    Push.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    deliver(Push.objects.get(kind="orders.place").pk)


def drafts_at(sandbox: Sandbox) -> list[str]:
    return [held["reference"] for held in sandbox.mypromo.store.held.values()]


def test_nothing_is_at_the_vendor_before_its_end_and_one_order_after_it(
    sandbox: Sandbox, cooling: Order, work: Callable[[], None]
) -> None:
    try_early()
    assert drafts_at(sandbox) == []
    Order.objects.update(leaves_at=timezone.now())
    Push.objects.update(next_at=timezone.now())
    work()
    assert drafts_at(sandbox) == [cooling.number]
    assert [row["reference"] for row in sandbox.ledger.physical_orders()] == [cooling.number]


def test_without_the_look_at_the_cooling_off_an_early_try_would_send_it(
    sandbox: Sandbox, cooling: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "seconds_to_cool", lambda order: 0.0)
    try_early()
    assert drafts_at(sandbox) == [cooling.number]


def test_what_is_cancelled_while_it_cools_never_comes_to_the_vendor(
    sandbox: Sandbox, cooling: Order, work: Callable[[], None]
) -> None:
    assert cancel_order(cooling, actor="mara", reason="changed her mind").state == OrderState.CANCELLED
    Order.objects.update(leaves_at=timezone.now())
    try_early()
    work()
    assert drafts_at(sandbox) == []


def test_ending_it_sends_one_order(sandbox: Sandbox, cooling: Order, work: Callable[[], None]) -> None:
    end_cooling_off(cooling, actor="mara")
    work()
    assert drafts_at(sandbox) == [cooling.number]
