"""People and workers at the same order at the same time."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from orders.models import HoldReason, Order, OrderState
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from tests.orders.rows import make_order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def beside(act: Callable[[], object]) -> threading.Thread:
    """Run it in a thread with a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_hold_during_the_placing_and_its_release_lose_no_order(sandbox: Sandbox, work) -> None:
    """The worker is about to withdraw when the hold is released: the follow-up places the order after all."""
    order = release_order(make_order({}, {"quantity": 25}), actor="tester")
    push = Push.objects.get()
    sandbox.faults.add("slow_body", method="POST", path=r"items$", nth=[1], seconds=0.25)
    thread = beside(lambda: deliver(push.pk))
    _wait_until(lambda: Push.objects.filter(pk=push.pk, step__startswith="line").exists())
    hold_order(order, reason=HoldReason.MANUAL, text="wait", actor="tester")
    release_hold(order.holds.get(), actor="tester", note="go on")
    thread.join()
    work()

    assert len(sandbox.ledger.physical_orders()) == 1
    assert not Push.objects.open().exists()


def test_cancelling_while_it_is_being_placed_ends_without_a_physical_order(sandbox: Sandbox, work) -> None:
    order = release_order(make_order({}, {"quantity": 25}), actor="tester")
    push = Push.objects.get()
    sandbox.faults.add("slow_body", method="POST", path=r"items$", nth=[1], seconds=0.25)
    thread = beside(lambda: deliver(push.pk))
    _wait_until(lambda: Push.objects.filter(pk=push.pk, step__startswith="line").exists())
    cancelled = cancel_order(order, actor="tester", reason="wrong colour")
    assert cancelled.state == OrderState.RELEASED
    thread.join()
    work()

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert sandbox.ledger.physical_orders() == []
    assert {row["state"] for row in sandbox.ledger.orders.values()} == {"CANCELED"}


def test_many_workers_at_the_same_orders_place_each_once(
    sandbox: Sandbox, work, caplog: pytest.LogCaptureFixture
) -> None:
    orders = [release_order(make_order(), actor="tester") for _ in range(6)]
    ids = list(Push.objects.values_list("pk", flat=True))
    threads = [beside(lambda: [deliver(push_id) for push_id in ids]) for _ in range(4)]
    # The desk is at the same rows meanwhile; nobody may wait for another for ever.
    for order in orders:
        hold_order(order, reason=HoldReason.MANUAL, text="", actor="tester")
        release_hold(order.holds.get(released_at=None), actor="tester", note="")
    for thread in threads:
        thread.join()
    work()

    assert sorted(row["reference"] for row in sandbox.ledger.physical_orders()) == sorted(o.number for o in orders)
    assert set(Push.objects.values_list("state", flat=True)) == {PushState.CONFIRMED}
    # A deadlock would heal by a search, but it must not happen: locks are taken in one order everywhere.
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.RELEASED}


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
