"""Orders edited while a vendor has a draft: whatever comes between, one physical order, and it is the new one."""

import pkgutil
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.errors import IllegalTransition, Outdated
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import TakesDraftOrders
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState, VendorOrderState
from orders.services.editing import parts
from orders.services.editing.edits import edit_order
from orders.services.holds import active_holds
from orders.services.lifecycle import hold_order, release_hold, release_order
from tests.orders.editing.desk import changes_of
from tests.orders.rows import SKU, make_order

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

QUANTITY = {"lines": {"change": [{"reference": "L1", "quantity": 25}]}}
CREATE, ITEM, SUBMIT = r"v1/orders$", r"v1/orders/\d+/items$", r"v1/orders/\d+/submit$"


class Killed(BaseException):
    """Ends a worker like SIGKILL: nothing of ours catches it, nothing is recorded."""


@pytest.fixture(autouse=True)
def mug(sandbox: Sandbox) -> Variant:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    known = {"vendor": "mypromo", "vendor_id": "2", "personalized": True, "changed_at": now, "created_at": now}
    return Variant.objects.create(product=product, sku=SKU, **known)


@pytest.fixture
def drafted(sandbox: Sandbox) -> Callable[[], Order]:
    """Make orders whose draft is at the vendor, and whose submit was refused for the moment."""

    def make() -> Order:
        order = release_order(make_order(), actor="tester")
        fault = sandbox.faults.add("maintenance", method="POST", path=SUBMIT, times=1)
        deliver(Push.objects.get(kind="orders.place", state=PushState.NEW).pk)
        assert fault.hits == 1
        assert order.vendor_orders.get().state == VendorOrderState.DRAFT
        return order

    return make


def edit(order: Order, **more: object) -> Order:
    return edit_order(order, changes_of(**QUANTITY), actor="mara", **more)


def made(sandbox: Sandbox) -> list[tuple[str, list[int]]]:
    """Return the references of what is made, with the quantities."""
    return [(row["reference"], [item["quantity"] for item in row["items"]]) for row in sandbox.ledger.physical_orders()]


def revive() -> None:
    """Let the lease of a worker that died be over, and the sweep find it."""
    Push.objects.filter(state=PushState.IN_FLIGHT).update(lease_until=timezone.now())
    end_expired_leases()


def test_a_draft_is_discarded_and_the_order_begun_anew(sandbox: Sandbox, drafted, work) -> None:
    order = drafted()
    edit(order)
    work()
    assert made(sandbox) == [(f"{order.number}-g2", [25])]
    assert sorted(row["state"] for row in sandbox.ledger.orders.values()) == ["CANCELED", "PENDING"]


def test_a_held_order_is_begun_anew_once_it_is_released(sandbox: Sandbox, drafted, work) -> None:
    order = drafted()
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="mara")
    edit(order)
    work()
    assert made(sandbox) == []
    release_hold(order.holds.get(), actor="mara", note="")
    work()
    assert made(sandbox) == [(f"{order.number}-g2", [25])]


def test_without_giving_up_the_draft_something_else_would_be_made_or_nothing(
    sandbox: Sandbox, drafted, work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: an edit that leaves the draft alone ends with a draft that differs, found only at the comparison."""
    monkeypatch.setattr(parts, "_begin_anew", lambda row, *, actor: None)
    order = drafted()
    edit(order)
    row = order.vendor_orders.get()
    assert (row.generation, row.abandoned_ids) == (1, [])
    draft = next(iter(sandbox.ledger.orders.values()))
    assert [item["quantity"] for item in draft["items"]] == [5]
    assert order.lines.get().quantity == 25


@pytest.mark.parametrize("when", ["before the discard", "after the discard", "after all", "twice and last"])
def test_a_callback_in_between_adopts_nothing_and_loses_nothing(
    when: str, sandbox: Sandbox, postbox, drafted, work
) -> None:
    order = drafted()
    postbox.settle()
    late = list(postbox.waiting)
    edit(order)
    if when == "before the discard":
        postbox.let_in()
    if when == "after the discard":
        deliver(Push.objects.get(kind="orders.discard").pk)
        postbox.settle()
        postbox.let_in()
    work()
    postbox.settle()
    postbox.let_in()
    if when == "twice and last":
        postbox.let_in(late)
    work()
    row = order.vendor_orders.get()
    assert made(sandbox) == [(f"{order.number}-g2", [25])]
    assert (row.state, len(row.abandoned_ids)) == (VendorOrderState.SUBMITTED, 1)
    assert not active_holds(order).exists()


@pytest.mark.parametrize("point", ["before the call", "with the response unrecorded", "between discard and anew"])
def test_a_worker_killed_between_discard_and_anew_doubles_and_loses_nothing(
    point: str, sandbox: Sandbox, drafted, work, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = drafted()
    edit(order)
    push = Push.objects.get(kind="orders.discard")
    if point == "between discard and anew":
        deliver(push.pk)
        push = Push.objects.get(kind="orders.place", state=PushState.NEW)
        kill(monkeypatch, "orders.services.placing.two_phases.prepare_files", after=False)
    else:
        after = point == "with the response unrecorded"
        kill(monkeypatch, "orders.services.placing.discarding.DiscardDrafts._discard", after=after)
    with pytest.raises(Killed):
        deliver(push.pk)
    monkeypatch.undo()
    revive()
    work()
    assert made(sandbox) == [(f"{order.number}-g2", [25])]
    assert sorted(row["state"] for row in sandbox.ledger.orders.values()) == ["CANCELED", "PENDING"]


def kill(monkeypatch: pytest.MonkeyPatch, name: str, *, after: bool) -> None:
    """End the worker at that function of the placing, before it does anything or when it has done it."""
    place, __, function = name.rpartition(".")
    target = pkgutil.resolve_name(place)
    original = getattr(target, function)

    def dies(*given: object, **named: object) -> object:
        if after:
            original(*given, **named)
        raise Killed

    monkeypatch.setattr(target, function, dies)


def test_a_draft_that_somebody_submitted_by_hand_is_an_alarm_before_another_is_made(
    sandbox: Sandbox, drafted, work
) -> None:
    order = drafted()
    submit_at(sandbox, order.vendor_orders.get().vendor_id)
    edit(order)
    work()
    assert made(sandbox) == [(order.number, [5])]
    assert active_holds(order).get().reason == HoldReason.SECOND_AT_VENDOR


def test_were_the_draft_discarded_last_both_would_be_made(
    sandbox: Sandbox, drafted, work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the order of pushes: the waiting one goes first unless it is ended."""
    monkeypatch.setattr(parts, "close_push", lambda *given, **named: None)
    order = drafted()
    submit_at(sandbox, order.vendor_orders.get().vendor_id)
    edit(order)
    work()
    assert len(made(sandbox)) == 2


def submit_at(sandbox: Sandbox, vendor_id: str) -> None:
    """Submit the draft as somebody does who works in the vendor's portal."""
    get_vendor("mypromo", TakesDraftOrders, lane=Lane.ORDERS).submit_order(vendor_id)


def test_a_vendor_that_refuses_the_edit_holds_the_order_and_the_next_edit_goes_out_again(
    sandbox: Sandbox, drafted, work
) -> None:
    order = drafted()
    body = '{"message": "The quantity is not in stock."}'
    sandbox.faults.add("status", method="POST", path=ITEM, times=1, status=400, body=body)
    edit(order)
    work()
    order.refresh_from_db()
    assert (order.state, active_holds(order).get().reason) == (OrderState.HELD, HoldReason.VENDOR_REFUSED)
    assert made(sandbox) == []
    assert Push.objects.needing_attention().count() == 1

    again = edit_order(
        order, changes_of(lines={"change": [{"reference": "L1", "quantity": 50}]}), actor="mara", revision=2
    )
    assert again.state == OrderState.RELEASED
    assert not Push.objects.needing_attention().exists()
    work()
    assert made(sandbox) == [(f"{order.number}-g3", [50])]


def test_what_a_worker_sends_right_now_is_not_edited(sandbox: Sandbox, work) -> None:
    order = release_order(make_order(), actor="tester")
    push = Push.objects.get()
    sandbox.faults.add("slow_body", method="POST", path=ITEM, nth=[1], seconds=0.25)
    thread = beside(lambda: deliver(push.pk))
    wait_until(lambda: Push.objects.filter(pk=push.pk, step__startswith="line").exists())
    with pytest.raises(IllegalTransition, match="right now"):
        edit(order)
    thread.join()
    work()
    assert made(sandbox) == [(order.number, [5])]


def test_workers_that_begin_while_it_is_edited_send_the_one_or_the_other_and_never_both(sandbox: Sandbox, work) -> None:
    for _time in range(8):
        order = release_order(make_order(), actor="tester")
        push = Push.objects.get(kind="orders.place", state=PushState.NEW)
        thread = beside(lambda pk=push.pk: deliver(pk))
        try:
            edit(order)
            expected = 25
        except IllegalTransition:
            expected = 5
        thread.join()
        work()
        own = [quantities for reference, quantities in made(sandbox) if reference.startswith(order.number)]
        assert own == [[expected]]


def test_of_two_editors_at_once_one_is_told_and_nothing_is_mixed(sandbox: Sandbox, drafted, work) -> None:
    order = drafted()
    results: list[str] = []
    start = threading.Barrier(2)

    def run(quantity: int) -> None:
        start.wait()
        changes = changes_of(lines={"change": [{"reference": "L1", "quantity": quantity}]})
        try:
            edit_order(order, changes, actor=f"editor {quantity}", revision=1)
            results.append(f"saved {quantity}")
        except Outdated:
            results.append("outdated")

    threads = [beside(lambda quantity=quantity: run(quantity)) for quantity in (25, 50)]
    for thread in threads:
        thread.join()
    work()
    kept = next(int(one.split()[1]) for one in results if one != "outdated")
    assert sorted(results) == ["outdated", f"saved {kept}"]
    assert made(sandbox) == [(f"{order.number}-g2", [kept])]
    assert order.events.filter(kind="order.edited").count() == 1


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


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = timezone.now().timestamp() + 5
    while not condition():
        assert timezone.now().timestamp() < deadline
