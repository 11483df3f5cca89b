"""Whatever people, storefronts, workers and the vendor do with orders, in whatever order: states follow each other as
they may, nothing bought and no money is lost, and each order is made once.
"""

import os
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings

from backoffice.engine.services import limiter
from backoffice.sandbox import Sandbox
from catalog.models import Product, Variant
from orders.models import Order, OrderState
from orders.services.placing import refusals
from orders.services.regrouping.splitting import SplitOrders
from tests.flows.conftest import Postbox
from tests.flows.order_machine import SETTLE, OrderMachine
from tests.orders.rows import SKU

pytestmark = pytest.mark.fault
# (examples, steps of each): few in every run, and a night's worth.
RUNS = [(4, 12), pytest.param(int(os.environ.get("STATE_EXAMPLES", "500")), 50, marks=pytest.mark.soak)]


@pytest.fixture
def machine(
    sandbox: Sandbox, postbox: Postbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> type[OrderMachine]:
    settings.PUSH_SETTLE_SECONDS = SETTLE
    monkeypatch.setattr(limiter, "FAILURES_TO_OPEN", 10**6)
    monkeypatch.setattr(refusals, "_DISCARDING", 0.01)
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    known = {"vendor": "mypromo", "vendor_id": "2", "personalized": True, "changed_at": now, "created_at": now}
    Variant.objects.create(product=product, sku=SKU, **known)
    return type("Driven", (OrderMachine,), {"sandbox": sandbox, "postbox": postbox})


@pytest.mark.parametrize(("examples", "steps"), RUNS)
def test_an_order_through_all_services_is_made_once_and_its_states_are_lawful(
    machine: type[OrderMachine], examples: int, steps: int
) -> None:
    options = hypothesis_settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        # The same in every run, another each night.
        derandomize=examples < 100,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=options)


def test_a_state_set_past_the_table_would_be_found(machine: type[OrderMachine]) -> None:
    def lawless(do: Callable[[], object]) -> object:
        done = do()
        Order.objects.filter(state=OrderState.HELD).update(state=OrderState.CLOSED)
        return done

    machine.act = staticmethod(lawless)
    driven = machine()
    pk = driven.receive(quantity=3, lines=1)
    driven.states_follow_each_other_as_they_may()
    driven.hold(pk)
    with pytest.raises(AssertionError):
        driven.states_follow_each_other_as_they_may()
    driven.teardown()


def test_a_split_that_makes_pieces_of_nothing_would_be_found(machine: type[OrderMachine]) -> None:
    def generous(do: Callable[[], SplitOrders]) -> object:
        done = do()
        done.new.lines.update(quantity=99)
        return done

    driven = machine()
    pk = driven.receive(quantity=3, lines=1)
    machine.act = staticmethod(generous)
    driven.split(pk, quantity=1)
    assert Order.objects.count() == 2
    with pytest.raises(AssertionError):
        driven.nothing_bought_is_lost_and_no_money()
    driven.teardown()


def test_an_order_that_is_made_twice_would_be_found(machine: type[OrderMachine], sandbox: Sandbox) -> None:
    driven = machine()
    pk = driven.receive(quantity=3, lines=1)
    driven.release(pk)
    driven.send()
    [made] = sandbox.ledger.physical_orders()
    twice = {**made, "id": made["id"] + 1}
    with pytest.raises(AssertionError), patch.object(sandbox.ledger, "physical_orders", lambda: [made, twice]):
        driven.teardown()
