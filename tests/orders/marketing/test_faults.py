"""Everything that can go wrong with a request that tells of orders; the sandbox's ledger says what came of it."""

import threading
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from django.db import connections
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import rate_limits
from backoffice.engine.services.handlers import ReconcileResult
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.vendors import responses, session
from backoffice.vendors.abilities import ExportsOrders
from orders.marketing.models import ExportState, OrderExport
from orders.marketing.services.exports import exporting
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.exporting import ExportsBatch
from orders.models import Order
from tests.flows.conftest import work_off
from tests.orders.marketing.conftest import Ask, Make

pytestmark = pytest.mark.fault
DONE = {ExportState.SENT, ExportState.KNOWN}
FAULTS: dict[str, dict[str, Any]] = {
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
    "500 before": {"kind": "status", "status": 500},
    "500 after the work": {"kind": "status_after", "status": 500},
    "503 before": {"kind": "maintenance"},
    "time-out before": {"kind": "hang", "seconds": 0.5},
    "time-out after": {"kind": "hang_after", "seconds": 0.5},
    "worked on after the time-out": {"kind": "late", "seconds": 0.4},
    "429 with a time": {"kind": "too_many", "retry_after": 0},
    "429 without": {"kind": "too_many"},
    "half a JSON": {"kind": "broken_json"},
    "half an answer": {"kind": "truncated"},
    "a page": {"kind": "html"},
    "an empty 200": {"kind": "empty"},
    "a redirect": {"kind": "redirect", "location": "http://127.0.0.1:9/"},
}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch, settings: Settings, letters: Sandbox) -> None:
    """Give up soon on a vendor that does not answer, and wait briefly for one that names no time."""
    settings.VENDOR_READ_TIMEOUT = 0.3
    for module in (responses, session):
        monkeypatch.setattr(module, "THROTTLED_FOR", 0.1)


def ask_for(ask: Ask, make: Make, number: int, *, bad: int | None = None) -> list[Order]:
    """Make so many orders that wait; the one at `bad` has an address that AutoLetter refuses."""
    orders = [make() for _ in range(number)]
    if bad is not None:
        orders[bad].addresses.update(street="Am Markt")
    for order in orders:
        ask(order)
    return orders


def check(sandbox: Sandbox, orders: Sequence[Order], *, refused: Sequence[Order] = ()) -> None:
    """Check that each order set off at most one letter, nothing is lost, and what was refused says so."""
    expected = {str(order.pk): 1 for order in orders if order not in refused}
    assert sandbox.autoletter.letters() == expected
    found = dict(OrderExport.objects.values_list("order", "state"))
    assert {pk for pk, state in found.items() if state in DONE} == {int(pk) for pk in expected}
    assert {pk for pk, state in found.items() if state == ExportState.REFUSED} == {order.pk for order in refused}
    assert not Push.objects.open().exists()


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_happens_to_a_batch_each_order_is_there_once(
    name: str, make: Make, ask: Ask, letters: Sandbox
) -> None:
    orders = ask_for(ask, make, 3)
    rule = letters.faults.add(vendor="autoletter", times=2, **FAULTS[name])
    gather_exports()
    work_off()
    assert rule.hits >= 1
    check(letters, orders)


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_happens_to_an_order_told_by_itself_the_others_are_there_once(
    name: str, make: Make, ask: Ask, letters: Sandbox
) -> None:
    """One bad order, and an answer that names nobody: each goes by itself, and the second request meets the fault."""
    letters.autoletter.options.change(refusal="whole", errors="text", needs_house_number=True)
    orders = ask_for(ask, make, 3, bad=1)
    rule = letters.faults.add(vendor="autoletter", nth=[2], **FAULTS[name])
    gather_exports()
    work_off()
    assert rule.hits == 1
    check(letters, orders, refused=[orders[1]])


def test_a_vendor_that_asks_for_a_pause_gets_it(make: Make, ask: Ask, letters: Sandbox) -> None:
    orders = ask_for(ask, make, 2)
    letters.faults.add("too_many", vendor="autoletter", times=1, retry_after=1)
    gather_exports()
    push = Push.objects.get()
    deliver(push.pk)
    push.refresh_from_db()
    assert push.state == PushState.NEW
    deliver(push.pk)
    assert letters.autoletter.ledger.total("POST v2/orders") == 1
    work_off()
    check(letters, orders)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_claimed", [True, False])
def test_a_push_that_is_delivered_twice_at_once_is_sent_once(
    is_claimed: bool, make: Make, ask: Ask, letters: Sandbox
) -> None:
    """Control: without the claim both send; each order is there once all the same, since it is known by its id."""
    orders = ask_for(ask, make, 3)
    gather_exports()
    push = Push.objects.get()
    rate_limits.take("autoletter", lane=Lane.READS)  # the vendor was called before: its allowance has a row
    started = threading.Barrier(2)

    def work() -> None:
        started.wait(10)
        if is_claimed:
            deliver(push.pk)
        else:
            vendor = get_vendor("autoletter", ExportsOrders, lane=Lane.READS)
            vendor.export_orders(list(exporting.orders_to_export(orders).values()), group="")
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    requests = letters.autoletter.ledger.total("POST v2/orders")
    assert requests == (1 if is_claimed else 2)
    assert set(letters.autoletter.letters().values()) == {1}


# --- Controls: with the mechanism off, harm is done -------------------------------------------------------------------


def _ids_that_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an order another id each time it is exported."""
    plain: Callable[[Sequence[Order]], Any] = exporting.orders_to_export

    def exported(orders: Sequence[Order]) -> Any:
        found = plain(orders)
        return {pk: msgspec.structs.replace(fact, order_id=uuid.uuid4().hex) for pk, fact in found.items()}

    monkeypatch.setattr(exporting, "orders_to_export", exported)
    monkeypatch.setattr(ExportsBatch, "_apply", _apply_to_all)


def _apply_to_all(self: ExportsBatch, results: Sequence[Any]) -> int:
    return self.batch.exports.update(state=ExportState.SENT)


@pytest.mark.parametrize("is_on", [True, False])
def test_without_stable_ids_a_lost_answer_makes_second_letters(
    is_on: bool, make: Make, ask: Ask, letters: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(ask, make, 3)
    if not is_on:
        _ids_that_change(monkeypatch)
    letters.faults.add("cut_after", vendor="autoletter", times=1)
    gather_exports()
    work_off()
    assert len(letters.autoletter.letters()) == 3 if is_on else len(letters.autoletter.letters()) >= 6


@pytest.mark.parametrize("is_on", [True, False])
def test_without_sending_again_what_was_never_heard_is_lost(
    is_on: bool, make: Make, ask: Ask, letters: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(ask, make, 3)
    if not is_on:
        monkeypatch.setattr(ExportsBatch, "reconcile", lambda self, delivery: ReconcileResult.DONE)
    letters.faults.add("cut_before", vendor="autoletter", times=1)
    gather_exports()
    work_off()
    assert len(letters.autoletter.letters()) == (3 if is_on else 0)


@pytest.mark.parametrize("is_on", [True, False])
def test_without_telling_each_by_itself_one_bad_order_stops_all(
    is_on: bool, make: Make, ask: Ask, letters: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.autoletter.options.change(refusal="whole", errors="text", needs_house_number=True)
    ask_for(ask, make, 4, bad=2)
    if not is_on:
        monkeypatch.setattr(ExportsBatch, "_divide", lambda self, limit: self.batch.exports.update(state="refused"))
    gather_exports()
    work_off()
    assert len(letters.autoletter.letters()) == (3 if is_on else 0)


@pytest.mark.parametrize("is_on", [True, False])
def test_without_reading_duplicates_as_done_a_lost_answer_looks_like_a_refusal(
    is_on: bool, make: Make, ask: Ask, letters: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(ask, make, 3)
    if not is_on:
        monkeypatch.setitem(exporting._STATES, exporting.ExportResult.KNOWN, (ExportState.REFUSED, "export.refused"))
    letters.faults.add("cut_after", vendor="autoletter", times=1)
    gather_exports()
    work_off()
    states = set(OrderExport.objects.values_list("state", flat=True))
    assert states == ({ExportState.KNOWN} if is_on else {ExportState.REFUSED})


@pytest.mark.parametrize("is_on", [True, False])
def test_without_a_last_look_at_the_order_a_cancelled_one_is_told(
    is_on: bool, make: Make, ask: Ask, letters: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = ask_for(ask, make, 2)
    gather_exports()
    Order.objects.filter(pk=orders[0].pk).update(state="cancelled")
    if not is_on:
        monkeypatch.setattr(ExportsBatch, "_leave_out", lambda self, exports, messages: False)
    work_off()
    assert len(letters.autoletter.letters()) == (1 if is_on else 2)
