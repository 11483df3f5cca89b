"""A rule that holds comes before the vendor; storefronts see nothing of it. Two workers run each event once."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from backoffice.engine.models import Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from orders.models import Order, OrderEvent, OrderState
from orders.rules.models import Rule, RuleEvent, RuleRun
from orders.rules.services import running
from orders.rules.services.running import work_waiting_events
from orders.services.lifecycle import release_hold, release_order
from orders.services.placing import refusals
from tests.flows.conftest import work_off
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, happens, make_rule

pytestmark = pytest.mark.django_db(transaction=True)


def hold_on_release() -> Rule:
    return make_rule(act("hold", text="Look first."), event=RuleEvent.RELEASED)


def test_a_rule_that_holds_on_release_comes_before_the_vendor(sandbox: Sandbox, work: Callable[[], None]) -> None:
    hold_on_release()
    order = release_order(make_order(), actor="tester")
    work()
    order.refresh_from_db()
    assert order.state == OrderState.HELD
    assert sandbox.ledger.physical_orders() == []
    assert not sandbox.ledger.requests
    release_hold(order.holds.get(), actor="mara", note="")
    work()
    assert len(sandbox.ledger.physical_orders()) == 1


def test_without_the_look_before_placing_the_vendor_would_be_first(
    sandbox: Sandbox, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the mechanism is switched off, and the harm is done."""
    monkeypatch.setattr(refusals, "before_placing", [])
    hold_on_release()
    release_order(make_order(), actor="tester")
    work()
    assert len(sandbox.ledger.physical_orders()) == 1


def created() -> str:
    """Return what the vendor was sent to make drafts of, without blanks."""
    sent = PushAttempt.objects.filter(step="create", url__endswith="v1/orders").values_list("request", flat=True)
    return "".join("".join(sent).split())


def test_what_a_rule_sets_on_release_is_what_the_vendor_gets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is at the part already: it waits at the door until the rule has run, and nothing is made twice."""
    monkeypatch.setattr(running, "WAIT_SECONDS", 0.01)
    make_rule(act("set_field", field="express_shipping", value="yes"), event=RuleEvent.RELEASED)
    order = release_order(make_order(), actor="tester")
    assert deliver(Push.objects.get().pk) == PushState.NEW
    assert not sandbox.ledger.requests
    assert work_waiting_events() == 1
    work_off()
    assert [made["reference"] for made in sandbox.ledger.physical_orders()] == [order.number]
    assert '"express_shipping":true' in created()
    assert RuleRun.objects.get().outcome == "done"


def test_without_the_look_before_placing_the_vendor_gets_what_the_rule_would_have_changed(
    sandbox: Sandbox, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: then the rule comes too late, says so, and changes nothing."""
    monkeypatch.setattr(refusals, "before_placing", [])
    make_rule(act("set_field", field="express_shipping", value="yes"), event=RuleEvent.RELEASED)
    release_order(make_order(), actor="tester")
    work()
    work_waiting_events()
    assert len(sandbox.ledger.physical_orders()) == 1
    assert '"express_shipping":false' in created()
    assert RuleRun.objects.get().actions[0]["why"] == "at_vendor"


@pytest.mark.race
def test_two_workers_run_each_event_once() -> None:
    make_rule()
    orders = [make_order() for _ in range(12)]
    for order in orders:
        happens(order)
    begin = threading.Barrier(3)

    def run() -> None:
        try:
            begin.wait()
            for _ in range(20):
                work_waiting_events(limit=3)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while work_waiting_events():
        pass
    assert RuleRun.objects.count() == 12
    assert OrderEvent.objects.filter(kind="rule.ran").count() == 12
    assert not OrderEvent.objects.filter(awaiting_rules=True).exists()


@pytest.mark.race
def test_an_order_that_somebody_has_locked_does_not_stop_the_others() -> None:
    make_rule()
    locked, free = make_order(), make_order()
    for order in (locked, free):
        happens(order)
    done = []

    def run() -> None:
        try:
            done.append(work_waiting_events())
        finally:
            connection.close()

    with transaction.atomic():
        Order.objects.locked(locked.pk)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert done == [1]
    assert list(RuleRun.objects.values_list("order", flat=True)) == [free.pk]
    assert work_waiting_events() == 1
