"""Whatever becomes of a request, the vendor ends up with exactly one physical order, and it is the right one."""

import time
from collections.abc import Callable

import pytest

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import reconcile
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.sandbox.mypromo.orders import Orders as SandboxOrders
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.messages import FileLink, LineToPlace, OrderToPlace, PostalAddress, RemoteLineKind
from orders.models import HoldReason, Order, OrderState, VendorOrderState
from orders.services.lifecycle import cancel_order, release_order
from orders.services.reports.pulling import OrderPull
from tests.orders.rows import FILE, SKU, make_order

Place = Callable[..., Order]

CREATE, ITEM, SUBMIT = r"v1/orders$", r"v1/orders/\d+/items$", r"v1/orders/\d+/submit$"
# The outcome is unknown to us: of the first five kinds the vendor has done it, of the others not, or not yet.
DONE = ("cut_after", "broken_json", "truncated", "empty", "html")
FAULTS = [*((kind, {}) for kind in DONE), ("status_after", {"status": 500}), ("hang_after", {"seconds": 0.5})]
FAULTS += [("cut_before", {}), ("status", {"status": 502}), ("hang", {"seconds": 0.5}), ("late", {"seconds": 0.5})]


@pytest.mark.parametrize("path", [CREATE, ITEM, SUBMIT], ids=["create", "line", "submit"])
@pytest.mark.parametrize(("kind", "more"), FAULTS, ids=[kind for kind, __ in FAULTS])
def test_an_ambiguous_step_ends_in_exactly_one_physical_order(
    kind: str, more: dict[str, float], path: str, sandbox: Sandbox, place: Place, settings
) -> None:
    if kind == "late":
        settings.PUSH_SETTLE_SECONDS = 0.6  # longer than the latest work of the vendor
    rule = sandbox.faults.add(kind, method="POST", path=path, times=1, **more)

    order = place({"quantity": 5}, {"quantity": 25})

    assert rule.hits == 1
    _assert_one_right_order(sandbox, order)


@pytest.mark.parametrize(
    ("text", "refused"), [("Order #9 has been submitted.", 0), ("Nothing that anybody here understands.", 1)]
)
def test_a_submit_without_an_answer_is_found_however_the_history_words_it(
    text: str, refused: int, sandbox: Sandbox, place: Place
) -> None:
    """Both are PENDING. Where the history does not help, the refusal of the second one says that it is submitted."""
    sandbox.faults.add("cut_after", method="POST", path=SUBMIT, times=1)
    sandbox.faults.add("reworded", words={r"Order submitted\.": text})

    order = place({"quantity": 5}, {"quantity": 25})

    _assert_one_right_order(sandbox, order)
    assert (order.state, order.holds.count()) == (OrderState.RELEASED, 0)
    assert sandbox.ledger.total("POST v1/orders/{id}/submit 422") == refused


def test_a_submit_that_is_refused_for_anything_else_is_refused(sandbox: Sandbox, place: Place) -> None:
    body = '{"message": "The recipient is invalid."}'
    sandbox.faults.add("status", method="POST", path=SUBMIT, times=1, status=422, body=body)

    order = place()

    assert (order.state, order.vendor_orders.get().state) == (OrderState.HELD, VendorOrderState.REFUSED)
    assert sandbox.ledger.physical_orders() == []


@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
@pytest.mark.parametrize("reference_filter", ["loose", "ignored"])
def test_a_lost_create_is_searched_for_even_where_the_filter_cannot_be_trusted(
    kind: str, reference_filter: str, sandbox: Sandbox, place: Place
) -> None:
    for _ in range(3):
        place()
    sandbox.settings.change(reference_filter=reference_filter)
    sandbox.faults.add(kind, method="POST", path=CREATE, times=1)

    order = place({"quantity": 5}, {"quantity": 25})

    _assert_one_right_order(sandbox, order)
    drafts = [row for row in sandbox.ledger.orders.values() if row["reference"] == order.number]
    assert len(drafts) == 1


def test_a_search_that_does_not_show_the_control_order_proves_nothing(sandbox: Sandbox, place: Place) -> None:
    place()
    sandbox.faults.add("cut_after", method="POST", path=CREATE, times=1)
    # Both searches come back empty, for the lost order and for the one that is certainly there.
    blind = sandbox.faults.add("status", method="GET", path=CREATE, nth=[1, 2], status=200, body='{"data": []}')

    order = place()

    assert blind.hits == 2
    drafts = [row for row in sandbox.ledger.orders.values() if row["reference"] == order.number]
    assert len(drafts) == 1
    _assert_one_right_order(sandbox, order)


def test_without_the_two_searches_a_late_create_would_be_made_twice(
    sandbox: Sandbox, place: Place, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the settle time: with neither it nor the second search, the vendor gets a doubled draft."""
    settings.PUSH_SETTLE_SECONDS = 0.0
    monkeypatch.setattr(reconcile, "ABSENCES_NEEDED", 1)
    sandbox.faults.add("late", method="POST", path=CREATE, times=1, seconds=1.2)

    order = place()
    _wait_for(lambda: len([1 for row in sandbox.ledger.orders.values() if row["reference"] == order.number]) == 2)
    OrderPull("mypromo").run()

    # Harmless even then: a draft is free, and the one we do not hold is discarded.
    assert len(sandbox.ledger.physical_orders()) == 1


def test_a_doubled_draft_is_found_by_the_poll_and_cancelled(sandbox: Sandbox, place: Place, work) -> None:
    order = place()
    stray = _draft_at_vendor(sandbox, reference=order.number)

    OrderPull("mypromo").run()
    work()

    assert sandbox.ledger.orders[stray]["state"] == "CANCELED"
    assert order.vendor_orders.get().abandoned_ids == [str(stray)]
    _assert_one_right_order(sandbox, order)


def test_a_second_submitted_order_is_an_alarm_and_is_not_touched(sandbox: Sandbox, place: Place, work) -> None:
    order = place()
    stray = _draft_at_vendor(sandbox, reference=order.number, submit=True)

    for _ in range(2):
        OrderPull("mypromo").run()
        work()

    hold = order.holds.get()
    assert hold.reason == HoldReason.SECOND_AT_VENDOR
    assert str(stray) in hold.text
    assert order.events.filter(kind="vendor.duplicate").count() == 1
    assert len(sandbox.ledger.physical_orders()) == 2


def test_a_callback_that_overtakes_the_answer_adopts_the_order(sandbox: Sandbox, postbox, work) -> None:
    sandbox.settings.change(callback_before_answer=True)
    sandbox.faults.add("cut_after", method="POST", path=CREATE, times=1)
    order = release_order(make_order(), actor="tester")
    push = Push.objects.get()

    assert deliver(push.pk) == PushState.UNKNOWN
    postbox.settle()
    postbox.let_in()

    assert order.vendor_orders.get().vendor_id != ""
    work()
    _assert_one_right_order(sandbox, order)
    assert order.events.filter(kind="vendor.adopted").exists()


def test_a_draft_with_a_line_twice_is_given_up_and_begun_anew(sandbox: Sandbox, place: Place, work) -> None:
    """A line that arrives twice cannot be removed at mypromo: only another draft helps."""
    order = release_order(make_order({"quantity": 5}), actor="tester")
    vendor_order = order.vendor_orders.get()
    draft = _draft_at_vendor(sandbox, reference=order.number, lines=["1", "1"])
    vendor_order.vendor_id = str(draft)
    vendor_order.state = VendorOrderState.DRAFT
    vendor_order.save()
    work()

    [physical] = sandbox.ledger.physical_orders()
    assert physical["reference"] == f"{order.number}-g2"
    assert sandbox.ledger.orders[draft]["state"] == "CANCELED"


def test_a_vendor_that_never_makes_what_was_agreed_gets_three_drafts_and_no_order(
    sandbox: Sandbox, work, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = release_order(make_order({"quantity": 5}), actor="tester")
    original = SandboxOrders._store_item

    def store_more(self, order, asked, variant, *, designs):
        return original(self, order, asked | {"quantity": asked["quantity"] + 1}, variant, designs=designs)

    monkeypatch.setattr(SandboxOrders, "_store_item", store_more)
    work()

    assert sandbox.ledger.physical_orders() == []
    references = sorted(row["reference"] for row in sandbox.ledger.orders.values())
    assert references == [order.number, f"{order.number}-g2", f"{order.number}-g3"]
    order.refresh_from_db()
    hold = order.holds.get()
    assert (order.state, hold.reason) == (OrderState.HELD, HoldReason.DIFFERS_AT_VENDOR)
    assert "quantity 6, not 5" in hold.text


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "late"])
def test_an_ambiguous_cancellation_is_made_certain(kind: str, sandbox: Sandbox, place: Place, work, settings) -> None:
    settings.PUSH_SETTLE_SECONDS = 0.6
    order = place()
    sandbox.faults.add(kind, path=r"/cancel$", times=1, seconds=0.5)

    cancel_order(order, actor="tester", reason="wrong colour")
    work()

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert sandbox.ledger.physical_orders() == []


@pytest.mark.parametrize(("kind", "times"), [("revoked_token", 1), ("too_many", 2), ("maintenance", 2)])
def test_a_request_that_was_certainly_not_done_is_sent_again_without_a_search(
    kind: str, times: int, sandbox: Sandbox, place: Place
) -> None:
    rule = sandbox.faults.add(kind, method="POST", path=r"v1/orders", times=times, retry_after=1)

    order = place()

    assert rule.hits == times
    _assert_one_right_order(sandbox, order)
    assert Push.objects.get().looks == 0


def _assert_one_right_order(sandbox: Sandbox, order: Order) -> None:
    physical = [row for row in sandbox.ledger.physical_orders() if row["reference"].startswith(order.number)]
    assert len(physical) == 1
    lines = list(order.lines.values_list("sku", "quantity"))
    assert [(item["sku"], item["quantity"]) for item in physical[0]["items"]] == lines
    vendor_order = order.vendor_orders.get()
    assert vendor_order.vendor_id == str(physical[0]["id"])
    assert vendor_order.submitted_at is not None
    assert Push.objects.filter(kind="orders.place").exclude(state=PushState.CONFIRMED).count() == 0


def _draft_at_vendor(sandbox: Sandbox, *, reference: str, lines: list[str] | None = None, submit: bool = False) -> int:
    """Make an order with our reference at the vendor, as somebody else."""
    vendor = get_vendor("mypromo", TakesDraftOrders, lane=Lane.ORDERS)
    recipient = PostalAddress(lastname="Größer", zip="10115", city="Berlin", country_code="DE")
    draft = vendor.create_order(OrderToPlace(reference=reference, recipient=recipient))
    for line in lines or ["1"]:
        files = (FileLink(url=FILE["url"], type="front"),)
        vendor.add_line(
            draft.vendor_id, LineToPlace(reference=line, kind=RemoteLineKind.FILES, sku=SKU, quantity=5, files=files)
        )
    if submit:
        vendor.submit_order(draft.vendor_id)
    return int(draft.vendor_id)


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
