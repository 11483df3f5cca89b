"""Workers killed (-9) at every point of telling a batch; the ledger counts what may have set off a letter."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.sandbox import Sandbox
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.marketing.services.exports import batches
from orders.marketing.services.exports.batches import gather_exports
from tests.flows.conftest import work_off
from tests.fulfillment.test_crash_points import die, forked
from tests.orders.marketing.conftest import Ask, Make

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def _short_leases(settings: Settings) -> None:
    settings.PUSH_LEASE_SECONDS = 1


def plan_death(nth: int, point: str) -> None:
    """Have the worker die at its `nth` request: before it, with the response, or once that is recorded."""
    true_write: Any = Delivery.write
    seen: list[str] = []

    def write(
        delivery: Delivery, name: str, call: Callable[[], Any], record: Callable[[Any], None], **more: Any
    ) -> Any:
        seen.append(name)

        def calling() -> Any:
            if (len(seen), point) == (nth, "before"):
                die()
            answer = call()
            if (len(seen), point) == (nth, "answered"):
                die()
            return answer

        true_write(delivery, name, calling, record, **more)
        if (len(seen), point) == (nth, "recorded"):
            die()

    patched: Any = Delivery
    patched.write = write


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("point", ["before", "answered", "recorded"])
def test_each_order_is_there_once_wherever_the_worker_dies(
    nth: int, point: str, make: Make, ask: Ask, letters: Sandbox
) -> None:
    """The batch is refused without a name, so it takes a request of three orders, and one for each."""
    letters.autoletter.options.change(refusal="whole", errors="text", needs_house_number=True)
    orders = [make() for _ in range(3)]
    orders[1].addresses.update(street="Am Markt")
    for order in orders:
        ask(order)
    gather_exports()
    push = Push.objects.get()
    with forked() as is_worker:
        if is_worker:
            plan_death(nth, point)
            deliver(push.pk)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not end_expired_leases():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    work_off()
    assert letters.autoletter.letters() == {str(orders[0].pk): 1, str(orders[2].pk): 1}
    assert OrderExport.objects.filter(state=ExportState.REFUSED).count() == 1
    assert not Push.objects.exclude(decided_by="").exists()


def test_a_worker_that_dies_while_gathering_leaves_everything_as_it_was(make: Make, ask: Ask, letters: Sandbox) -> None:
    for _ in range(3):
        ask(make())
    with forked() as is_worker:
        if is_worker:
            store: Any = batches
            store.queue_first_push = lambda *args, **more: die()
            gather_exports()
    assert not ExportBatch.objects.exists()
    gather_exports()
    work_off()
    assert sorted(letters.autoletter.letters().values()) == [1, 1, 1]
