"""Orders split and merged while a vendor has a draft, or a worker is at it: everything bought is made once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.errors import DomainError, IllegalTransition
from backoffice.sandbox import Sandbox
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderLine, OrderState, VendorOrderState
from orders.services.holds import active_holds
from orders.services.lifecycle import release_order
from orders.services.placing import refusals
from orders.services.placing.relatives import LeftBehind
from orders.services.regrouping import eligibility, merging, splitting
from orders.services.regrouping.input import SplitInput, SplitLine
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import SplitOrders, split_order
from tests.flows.test_edits_under_way import SUBMIT, Killed, beside, kill, made, revive, submit_at, wait_until
from tests.orders.rows import SKU, make_order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def mug(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Variant:
    monkeypatch.setattr(refusals, "_DISCARDING", 0.01)
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    known = {"vendor": "mypromo", "vendor_id": "2", "personalized": True, "changed_at": now, "created_at": now}
    return Variant.objects.create(product=product, sku=SKU, **known)


def bought(*lines: dict[str, Any]) -> Order:
    order = make_order(*lines, customer_email="jana@example.com")
    # As the intake numbers it: what is split off is numbered by its key too.
    Order.objects.filter(pk=order.pk).update(number=f"WEB-{100000 + order.pk}")
    return Order.objects.get(pk=order.pk)


def drafted(sandbox: Sandbox, *lines: dict[str, Any]) -> Order:
    """Make an order whose draft is at the vendor, and whose submit was refused for the moment."""
    order = release_order(bought(*lines), actor="tester")
    fault = sandbox.faults.add("maintenance", method="POST", path=SUBMIT, times=1)
    deliver(Push.objects.get(subject_id=order.vendor_orders.get().pk, kind="orders.place").pk)
    assert (fault.hits, order.vendor_orders.get().state) == (1, VendorOrderState.DRAFT)
    return order


def split(order: Order, **pieces: int) -> SplitOrders:
    lines = [SplitLine(reference=reference, quantity=quantity) for reference, quantity in pieces.items()]
    return split_order(order, SplitInput(lines=lines), actor="mara", anyway=True)


def test_a_draft_is_discarded_before_either_part_is_placed(sandbox: Sandbox, work: Callable[[], None]) -> None:
    order = drafted(sandbox)
    new = split(order, L1=2).new
    deliver(Push.objects.get(subject_id=new.vendor_orders.get().pk, kind="orders.place").pk)
    assert len(sandbox.ledger.orders) == 1  # the new one waits for the draft to go
    work()
    assert sorted(made(sandbox)) == [(f"{order.number}-g2", [3]), (new.number, [2])]
    assert sorted(row["state"] for row in sandbox.ledger.orders.values()) == ["CANCELED", "PENDING", "PENDING"]


def test_a_draft_that_somebody_submitted_by_hand_holds_both_orders(sandbox: Sandbox, work: Callable[[], None]) -> None:
    order = drafted(sandbox)
    submit_at(sandbox, order.vendor_orders.get().vendor_id)
    new = split(order, L1=2).new
    work()
    assert made(sandbox) == [(order.number, [5])]
    assert {active_holds(one).get().reason for one in (order, new)} == {HoldReason.SECOND_AT_VENDOR}


def test_did_the_new_order_not_wait_more_would_be_made_than_was_bought(
    sandbox: Sandbox, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(refusals, "left_behind", lambda order: LeftBehind())
    order = drafted(sandbox)
    submit_at(sandbox, order.vendor_orders.get().vendor_id)
    new = split(order, L1=2).new
    work()
    assert made(sandbox) == [(order.number, [5]), (new.number, [2])]


@pytest.mark.parametrize("point", ["before the discard", "with its response unrecorded", "between discard and anew"])
def test_a_worker_killed_on_the_way_doubles_and_loses_nothing(
    point: str, sandbox: Sandbox, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = drafted(sandbox)
    new = split(order, L1=2).new
    push = Push.objects.get(kind="orders.discard")
    if point == "between discard and anew":
        deliver(push.pk)
        push = Push.objects.get(kind="orders.place", state=PushState.NEW, subject_id=new.vendor_orders.get().pk)
        kill(monkeypatch, "orders.services.placing.two_phases.prepare_files", after=False)
    else:
        kill(monkeypatch, "orders.services.placing.discarding.DiscardDrafts._discard", after="response" in point)
    with pytest.raises(Killed):
        deliver(push.pk)
    monkeypatch.undo()
    monkeypatch.setattr(refusals, "_DISCARDING", 0.01)
    revive()
    work()
    assert sorted(made(sandbox)) == sorted([(f"{order.number}-g2", [3]), (new.number, [2])])


def test_drafts_of_both_are_discarded_before_the_merged_order_is_placed(
    sandbox: Sandbox, work: Callable[[], None]
) -> None:
    first, second = drafted(sandbox), drafted(sandbox)
    merge_orders(first, [second.pk], actor="mara")
    work()
    assert made(sandbox) == [(f"{first.number}-g2", [5, 5])]
    second.refresh_from_db()
    assert (second.state, second.vendor_orders.get().state) == (OrderState.CANCELLED, VendorOrderState.DROPPED)


def test_a_draft_submitted_of_the_order_that_was_merged_holds_the_merged_one(
    sandbox: Sandbox, work: Callable[[], None]
) -> None:
    first, second = drafted(sandbox), drafted(sandbox)
    submit_at(sandbox, second.vendor_orders.get().vendor_id)
    merge_orders(first, [second.pk], actor="mara")
    work()
    assert made(sandbox) == [(second.number, [5])]
    assert active_holds(first).get().reason == HoldReason.SECOND_AT_VENDOR
    assert second.alarms.get().reason == HoldReason.SECOND_AT_VENDOR


def together(*acts: Callable[[], object]) -> list[str]:
    """Run them at the same time; return how each ended."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            results.append("done")
        except DomainError as error:
            results.append(error.code)

    threads = [beside(lambda act=act: run(act)) for act in acts]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return sorted(results)


def test_of_two_who_split_at_once_the_second_finds_what_is_left(sandbox: Sandbox) -> None:
    order = bought({"quantity": 10})
    results = together(lambda: split(order, L1=6), lambda: split(order, L1=6))
    assert results == ["done", "invalid"]
    assert sorted(OrderLine.objects.values_list("quantity", flat=True)) == [4, 6]


def test_without_the_lock_both_would_take_the_same_pieces(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    both_have_read = threading.Barrier(2)

    def read(order: Order, *, revision: int | None) -> Order:
        return Order.objects.select_related("shop").get(pk=order.pk)

    plan = splitting.plan_split

    def plan_together(*given: Any) -> Any:
        made = plan(*given)
        both_have_read.wait(10)
        return made

    monkeypatch.setattr(splitting, "lock_for_edit", read)
    monkeypatch.setattr(splitting, "plan_split", plan_together)
    monkeypatch.setattr(splitting, "find_free_reference", lambda order, ending: f"T-{threading.get_ident()}")
    order = bought({"quantity": 10})
    assert together(lambda: split(order, L1=6), lambda: split(order, L1=6)) == ["done", "done"]
    assert sum(OrderLine.objects.values_list("quantity", flat=True)) == 16


def submitting(sandbox: Sandbox, first: Order, second: Order) -> tuple[Order, threading.Thread]:
    """Have a worker submit the second order; return the first, released, when it is about to."""
    second = release_order(second, actor="tester")
    push = Push.objects.get(kind="orders.place", state=PushState.NEW)
    sandbox.faults.add("slow_body", method="POST", path=SUBMIT, nth=[1], seconds=0.28)
    thread = beside(lambda: deliver(push.pk))
    wait_until(lambda: Push.objects.filter(pk=push.pk, step="submit").exists())
    return first, thread


def test_an_order_that_a_worker_submits_right_now_is_not_merged(sandbox: Sandbox, work: Callable[[], None]) -> None:
    second = bought()
    first, thread = submitting(sandbox, bought(), second)
    with pytest.raises(IllegalTransition, match="right now"):
        merge_orders(first, [second.pk], actor="mara")
    thread.join()
    release_order(first, actor="tester")
    work()
    assert sorted(made(sandbox)) == sorted([(second.number, [5]), (first.number, [5])])


def test_were_it_merged_all_the_same_its_lines_would_be_made_twice(
    sandbox: Sandbox, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    second = bought()
    first, thread = submitting(sandbox, bought(), second)
    monkeypatch.setattr(eligibility, "find_obstacles", lambda rows, lock=False: {})
    monkeypatch.setattr(merging, "drop_part", lambda row, actor: row.lines.all().delete())
    merge_orders(first, [second.pk], actor="mara")
    thread.join()
    release_order(first, actor="tester", anyway=True)
    work()
    assert sum(sum(quantities) for _reference, quantities in made(sandbox)) == 15


def test_workers_that_begin_while_it_is_merged_send_both_or_the_one(sandbox: Sandbox, work: Callable[[], None]) -> None:
    for _time in range(3):
        first, second = (release_order(bought(), actor="tester") for _one in range(2))
        pushes = list(Push.objects.filter(kind="orders.place", state=PushState.NEW))
        threads = [beside(lambda pk=push.pk: deliver(pk)) for push in pushes]
        try:
            merge_orders(first, [second.pk], actor="mara")
            expected = [[5, 5]]
        except IllegalTransition:
            expected = [[5], [5]]
        for thread in threads:
            thread.join()
        work()
        own = [quantities for name, quantities in made(sandbox) if name.startswith((first.number, second.number))]
        assert own == expected
