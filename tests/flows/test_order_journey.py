"""Orders on their whole way: placed, produced, shipped, delivered; refused; cancelled; split."""

from collections.abc import Callable

import pytest

from backoffice.engine.models import Callback, Integration, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.vendor_status import check_vendor
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from orders.models import HoldReason, Order, OrderState, ProductionState, ShipmentState, VendorOrderState
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from orders.services.reports.pulling import OrderPull
from orders.services.search import search_orders
from orders.services.timeline import describe
from tests.orders.rows import FILE, make_order

Place = Callable[..., Order]


def test_an_order_is_placed_produced_shipped_delivered_and_closed(sandbox, place: Place, postbox) -> None:
    order = place({"quantity": 5}, {"quantity": 25})

    assert (order.state, order.production) == (OrderState.RELEASED, ProductionState.SENT)
    [physical] = sandbox.ledger.physical_orders()
    assert physical["reference"] == order.number
    assert [(item["quantity"], item["sku"]) for item in physical["items"]] == [
        (line.quantity, line.sku) for line in order.lines.all()
    ]

    seen = []
    for _ in range(12):
        sandbox.advance(1)
        postbox.settle()
        postbox.let_in()
        order.refresh_from_db()
        seen.append((order.production, order.shipment))
    assert order.state == OrderState.CLOSED
    assert (order.production, order.shipment) == (ProductionState.DONE, ShipmentState.DELIVERED)
    assert (ProductionState.IN_PRODUCTION, ShipmentState.NONE) in seen
    shipment = order.shipments.get()
    assert shipment.tracking_code.startswith("FAKE")
    assert shipment.delivered
    assert {line.line_id for line in shipment.lines.all()} == {line.pk for line in order.lines.all()}
    told = [describe(event) for event in order.events.all()]
    assert "Order is now in production." in told
    assert told.count("Order submitted.") == 1


def test_a_vendor_that_wants_longer_references_of_lines_gets_them(sandbox, place: Place, postbox) -> None:
    sandbox.settings.change(item_reference_least=2)
    order = place({"quantity": 5}, {"quantity": 25})

    [physical] = sandbox.ledger.physical_orders()
    assert [item["reference"] for item in physical["items"]] == ["01", "02"]
    sandbox.advance(60)
    postbox.settle_after_the_first()
    postbox.let_in()
    order.refresh_from_db()
    assert (order.state, order.holds.count()) == (OrderState.CLOSED, 0)
    assert {line.line_id for line in order.shipments.get().lines.all()} == {line.pk for line in order.lines.all()}


def test_when_every_callback_is_lost_the_poll_brings_the_order_to_its_end(sandbox, place: Place) -> None:
    sandbox.settings.change(callback_drop=1.0)
    order = place()
    sandbox.advance(60)

    result = OrderPull("mypromo").run()

    order.refresh_from_db()
    assert order.state == OrderState.CLOSED
    assert result.missed == [order.number]
    before = _rows(order)
    assert OrderPull("mypromo").run().missed == []
    assert _rows(order) == before


def test_an_order_with_51_lines_becomes_two_vendor_orders(sandbox, place: Place) -> None:
    order = place(*[{} for _ in range(51)])

    references = {row["reference"]: len(row["items"]) for row in sandbox.ledger.physical_orders()}
    assert references == {order.number: 50, f"{order.number}-2": 1}


def test_with_documents_each_line_is_a_vendor_order_of_its_own(sandbox, place: Place) -> None:
    order = place({}, {"quantity": 25}, documents=1)

    rows = {row["reference"]: row["items"] for row in sandbox.ledger.physical_orders()}
    assert set(rows) == {order.number, f"{order.number}-2"}
    assert [items[0]["quantity"] for items in rows.values()] == [5, 25]


def test_a_refused_line_holds_the_order_with_cause_and_field(sandbox, place: Place) -> None:
    order = place({}, {"sku": "SANDBOX-NO-CONTRACT"})

    assert (order.state, order.production) == (OrderState.HELD, ProductionState.FAILED)
    hold = order.holds.get()
    assert hold.reason == HoldReason.VENDOR_REFUSED
    assert "no contract" in hold.text
    assert list(hold.errors) == ["lines.2"]
    assert order.vendor_orders.get().state == VendorOrderState.REFUSED
    assert sandbox.ledger.physical_orders() == []


def test_a_role_that_our_client_lacks_refuses_one_order_and_stops_no_other(sandbox, place: Place) -> None:
    body = '{"message": "Invalid scope(s) provided."}'
    rule = sandbox.faults.add("status", method="POST", path=r"v1/orders$", times=1, status=403, body=body)

    order, other = place(), place()

    assert rule.hits == 1
    assert (order.state, other.state) == (OrderState.HELD, OrderState.RELEASED)
    hold = order.holds.get()
    assert hold.reason == HoldReason.VENDOR_REFUSED
    assert "without the role MERCHANT: Invalid scope(s) provided." in hold.text
    assert [row["reference"] for row in sandbox.ledger.physical_orders()] == [other.number]
    assert not Integration.objects.filter(auth_failed_at__isnull=False).exists()


def test_the_test_of_a_connection_says_that_a_role_is_missing(sandbox) -> None:
    body = '{"message": "Invalid scope(s) provided."}'
    sandbox.faults.add("status", path=r"v1/status$", times=1, status=403, body=body)

    check = check_vendor("mypromo")

    assert "without the role MERCHANT" in check.text
    assert (check.is_ok, check.remedy) == (False, "Have the missing role added to the client at the vendor.")
    assert check_vendor("mypromo").is_ok


def test_a_corrected_order_is_placed_anew_and_its_old_draft_cancelled(sandbox, place: Place, work) -> None:
    order = place({}, {"sku": "SANDBOX-NO-CONTRACT"})
    order.lines.filter(position=2).update(sku="TPD123LD02LAXALOP")

    release_hold(order.holds.get(), actor="tester", note="other article")
    work()

    [physical] = sandbox.ledger.physical_orders()
    assert physical["reference"] == f"{order.number}-g2"
    assert len(physical["items"]) == 2
    assert {row["state"] for row in sandbox.ledger.orders.values() if row["id"] != physical["id"]} == {"CANCELED"}
    assert not Push.objects.needing_attention().exists()


def test_a_file_that_cannot_be_fetched_fails_production_and_holds_with_the_vendors_words(
    sandbox, place: Place, postbox
) -> None:
    order = place({"files": [FILE | {"url": "https://files.example.invalid/a4.pdf"}]})
    sandbox.advance(10)
    postbox.settle()
    postbox.let_in()

    order.refresh_from_db()
    assert (order.state, order.production) == (OrderState.HELD, ProductionState.FAILED)
    hold = order.holds.get()
    assert hold.reason == HoldReason.VENDOR_CANCELLED
    assert "a4.pdf" in hold.text


def test_cancelling_before_anything_was_sent_asks_nobody(sandbox, work) -> None:
    order = release_order(make_order(), actor="tester")

    order = cancel_order(order, actor="tester", reason="wrong colour")

    assert order.state == OrderState.CANCELLED
    work()
    assert sandbox.ledger.orders == {}


def test_cancelling_before_production_waits_for_the_vendors_answer(sandbox, place: Place, work) -> None:
    order = place()

    order = cancel_order(order, actor="tester", reason="wrong colour")
    assert order.state == OrderState.RELEASED
    work()

    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert sandbox.ledger.physical_orders() == []
    with pytest.raises(IllegalTransition):
        cancel_order(order, actor="tester", reason="again")


def test_a_cancellation_that_comes_too_late_leaves_the_order_and_says_why(sandbox, place: Place, work) -> None:
    order = place()
    sandbox.settings.change(callback_drop=1.0)
    sandbox.advance(5.5)  # in production, and we have not heard of it

    cancel_order(order, actor="tester", reason="wrong colour")
    work()

    order.refresh_from_db()
    assert (order.state, order.production) == (OrderState.RELEASED, ProductionState.IN_PRODUCTION)
    assert order.cancel_requested_at is None
    refusal = order.events.get(kind="order.cancel_refused")
    assert "in production since" in describe(refusal)
    pushes = Push.objects.count()
    with pytest.raises(IllegalTransition, match="in production since"):
        cancel_order(order, actor="tester", reason="once more")
    assert Push.objects.count() == pushes


def test_a_held_order_is_not_submitted_and_goes_on_where_it_stopped(sandbox, work) -> None:
    order = release_order(make_order(), actor="tester")
    hold_order(order, reason=HoldReason.MANUAL, text="ask the customer", actor="tester")
    work()
    assert sandbox.ledger.physical_orders() == []

    release_hold(order.holds.get(), actor="tester", note="asked")
    work()

    assert len(sandbox.ledger.physical_orders()) == 1


def test_two_parcels_are_partly_shipped_before_they_are_shipped(sandbox, place: Place) -> None:
    sandbox.settings.change(callback_drop=1.0)
    order = place({"sku": "SANDBOX-TWO-PARCELS", "quantity": 10})
    states = []
    for _ in range(24):
        sandbox.advance(0.5)
        OrderPull("mypromo").run()
        order.refresh_from_db()
        states.append(order.shipment)

    assert list(dict.fromkeys(states)) == ["none", "partial", "shipped", "delivered"]
    assert order.shipments.count() == 2


def test_a_late_order_is_marked_late_until_it_is_shipped(sandbox, place: Place) -> None:
    sandbox.settings.change(callback_drop=1.0)
    order = place({"sku": "SANDBOX-LATE", "quantity": 10})
    sandbox.advance(5.5)
    OrderPull("mypromo").run()

    order.refresh_from_db()
    assert order.late
    assert order.ship_by is not None
    assert order.events.filter(kind="order.late").count() == 1


def test_callbacks_twice_and_in_any_order_leave_the_same(sandbox, place: Place, postbox) -> None:
    order = place()
    sandbox.advance(60)
    postbox.settle()
    came = list(postbox.waiting)
    assert len(came) >= 3

    postbox.let_in([*reversed(came), *came])

    order.refresh_from_db()
    assert order.state == OrderState.CLOSED
    before = _rows(order)
    Callback.objects.update(next_at="2020-01-01T00:00:00Z")
    postbox.let_in([])
    assert _rows(order) == before
    assert set(Callback.objects.values_list("state", flat=True)) <= {
        CallbackState.APPLIED,
        CallbackState.KNOWN,
        CallbackState.STALE,
    }


def test_a_callback_for_an_order_that_is_not_ours_waits_as_an_orphan(sandbox, place: Place, postbox) -> None:
    place()
    sandbox.advance(60)
    postbox.settle()
    forged = postbox.waiting[0]
    body = forged.body.replace(b'"WEB-100001"', b'"ANOTHER-1"').replace(b'"id":1,', b'"id":99999,', 1)
    body = body.replace(b'"id": 1,', b'"id": 99999,', 1)
    assert body != forged.body
    other = type(forged)(topic=forged.topic, headers=forged.headers, body=body)

    postbox.let_in([other])

    assert Callback.objects.get().state == CallbackState.ORPHAN


def test_a_forged_end_is_read_again_before_it_is_believed(sandbox, place: Place, postbox) -> None:
    order = place()
    sandbox.advance(5.5)
    postbox.settle_after_the_first()
    genuine = postbox.waiting[0]
    lie = genuine.body.replace(b'"PROCESSING"', b'"CANCELED"', 1)
    assert lie != genuine.body

    postbox.let_in([type(genuine)(topic=genuine.topic, headers=genuine.headers, body=lie)])

    order.refresh_from_db()
    assert (order.state, order.production) == (OrderState.RELEASED, ProductionState.IN_PRODUCTION)


def test_every_push_of_an_undisturbed_order_is_confirmed_at_once(sandbox: Sandbox, place: Place) -> None:
    place({}, {})

    push = Push.objects.get()
    assert (push.state, push.attempts, push.looks) == (PushState.CONFIRMED, 1, 0)
    # create, two lines, one reading, submit; beside them only the token
    assert push.attempt_rows.exclude(url__endswith="oauth/token").count() == 5


def _rows(order: Order) -> tuple[object, ...]:
    order.refresh_from_db()
    return (
        list(order.vendor_orders.values_list("state", "vendor_id", "raw_state", "reported_at", "late")),
        list(order.shipments.values_list("vendor_id", "tracking_code", "delivered", "late")),
        list(order.events.values_list("kind", "params")),
        (order.state, order.production, order.shipment, order.late),
    )


def test_a_tracking_code_finds_its_order(sandbox: Sandbox, place: Place) -> None:
    order = place()
    place()
    sandbox.advance(60)
    OrderPull("mypromo").run()

    code = order.shipments.get().tracking_code
    assert [found.pk for found in search_orders(Order.objects.all(), code)] == [order.pk]
