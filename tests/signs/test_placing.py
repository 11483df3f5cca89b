"""An order of a sign: one call that is made once, whatever is cut; the echo tells, else a person decides."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.pushes import decide_push, queue_push
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from backoffice.vendors.sign_customiser.payloads import order_payload
from catalog.models import CustomProduct
from orders.models import Address, AddressRole, Hold, Order, VendorOrder
from orders.services.lifecycle import release_order
from orders.services.order_message import order_to_place
from orders.services.placing.single_call import SingleCall
from tests.orders.rows import make_order
from tests.signs.desk import sign_line, sign_order, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(product: CustomProduct, sandbox: Sandbox) -> Order:
    sandbox.sign_customiser.product_ids.add(product.external_id)
    return release_order(sign_order(product), actor="tester")


def place_push(order: Order) -> Push:
    return Push.objects.filter(kind="orders.place", vendor="sign-customiser").latest("pk")


def part_of(order: Order) -> VendorOrder:
    return VendorOrder.objects.get(order=order, vendor="sign-customiser")


def send(order: Order) -> Push:
    """Deliver it once."""
    Push.objects.filter(pk=place_push(order).pk).update(next_at=timezone.now())
    deliver(place_push(order).pk)
    return place_push(order)


def look_until_settled(order: Order, *, seconds: float = 5) -> Push:
    """Do what workers do: look whenever it is due, until nothing is left that they may do."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        push = place_push(order)
        if push.needs_attention or not push.is_open:
            return push
        deliver(push.pk)
        time.sleep(0.02)
    return place_push(order)


def made(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.sign_customiser.ledger.physical_orders()


def echo(client: Client, order: Order, *, order_id: int = 1) -> Any:
    answer = echo_arrives(client, order, order_id=order_id)
    work_callbacks()
    return answer


def echo_arrives(client: Client, order: Order, *, order_id: int = 1) -> Any:
    """Store the confirmation, which waits for a worker."""
    body = {"order": {"order_id": order_id, "external_id": order.number, "created_at": "2026-11-27T10:00:00.000000Z"}}
    return tell(client, "order-created", body)


def work_callbacks() -> None:
    Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
    work_due_callbacks()


def test_an_order_is_placed_with_one_call(order: Order, product: CustomProduct, sandbox: Sandbox) -> None:
    assert send(order).state == PushState.CONFIRMED
    order.refresh_from_db()
    part = part_of(order)
    assert (part.state, part.vendor_id, order.production) == ("submitted", "1", "sent")
    (held,) = made(sandbox)
    assert (held["reference"], held["reference2"], held["client"]) == (order.number, order.number, "42")
    assert held["items"] == [{"external_id": product.external_id, "quantity": 1, "price": 11900}]


def test_the_bill_goes_where_it_belongs(order: Order) -> None:
    Address.objects.create(
        order=order, role=AddressRole.INVOICE, company="Pens", street="Bank 1", zip="1", city="X", country_code="DE"
    )
    body = order_payload(order_to_place(part_of(order)))
    assert (body["shipping_address"]["country"], body["billing_address"]["country"]) == ("DE", "DE")
    assert (body["billing_address"]["address_1"], body["billing_address"]["address_2"]) == ("Bank 1", "Pens")


def test_a_mixed_order_goes_to_both_each_with_its_part(product: CustomProduct, sandbox: Sandbox) -> None:
    order = release_order(make_order({}, sign_line(product), {}, customer_email="j@example.com"), actor="tester")
    parts = list(order.vendor_orders.order_by("part"))
    assert [(part.vendor, part.reference, part.lines.count()) for part in parts] == [
        ("mypromo", order.number, 2),
        ("sign-customiser", f"{order.number}-2", 1),
    ]
    assert Push.objects.filter(kind="orders.place").count() == 2


UNCERTAIN = [
    ("cut_before", {}, 0),
    ("cut_after", {}, 1),
    ("status_after", {"status": 500}, 1),
    ("status", {"status": 502}, 0),
    ("hang_after", {"seconds": 3.0}, 1),
    ("hang", {"seconds": 3.0}, 0),
    ("broken_json", {}, 1),
    ("truncated", {}, 1),
    ("html", {}, 1),
    ("empty", {}, 1),
]


@pytest.mark.parametrize(("kind", "how", "count"), UNCERTAIN)
def test_after_a_lost_answer_nothing_is_sent_again_and_a_person_is_asked(
    order: Order, sandbox: Sandbox, kind: str, how: dict[str, Any], count: int
) -> None:
    sandbox.faults.add(kind, vendor="sign-customiser", path="v2/orders", times=1, **how)
    assert send(order).state == PushState.UNKNOWN
    push = look_until_settled(order)
    assert (push.state, push.needs_attention, push.step) == (PushState.UNKNOWN, True, "place")
    deliver(push.pk)
    assert len(made(sandbox)) == count
    assert push.attempt_rows.filter(method="POST").count() == 1


def test_the_echo_settles_what_was_unknown(client: Client, order: Order, sandbox: Sandbox) -> None:
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    assert echo(client, order).json() == {"ok": True}
    push = place_push(order)
    assert (push.state, push.needs_attention) == (PushState.CONFIRMED, False)
    assert (part_of(order).vendor_id, part_of(order).state) == ("1", "submitted")
    assert Callback.objects.get().state == CallbackState.APPLIED
    echo(client, order)
    assert len(made(sandbox)) == 1
    assert not Hold.objects.exists()


def test_nobody_is_asked_while_the_echo_waits_for_a_worker(client: Client, order: Order, sandbox: Sandbox) -> None:
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    echo_arrives(client, order)
    Push.objects.update(settles_at=timezone.now())
    push = send(order)
    assert (push.state, push.needs_attention) == (PushState.UNKNOWN, False)
    assert (push.next_at - timezone.now()).total_seconds() < 6, "it is looked for again soon"
    with pytest.raises(IllegalTransition, match="webhook"):
        decide_push(push, happened=False, actor="jo", reason="nothing came")
    work_callbacks()
    push = place_push(order)
    assert (push.state, push.needs_attention, len(made(sandbox))) == (PushState.CONFIRMED, False, 1)


def test_an_echo_that_cannot_be_read_for_an_hour_keeps_nobody_from_being_asked(
    client: Client, order: Order, sandbox: Sandbox
) -> None:
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    echo_arrives(client, order)
    Callback.objects.update(received_at=timezone.now() - timedelta(hours=1, minutes=1))
    Push.objects.update(settles_at=timezone.now())
    assert send(order).needs_attention


def test_an_echo_that_is_here_before_the_answer_is_the_same(client: Client, order: Order, sandbox: Sandbox) -> None:
    echo(client, order, order_id=1)
    assert part_of(order).vendor_id == "1"
    assert send(order).state == PushState.CONFIRMED
    # The vendor said that it has it, so it is not asked again.
    assert made(sandbox) == []


def test_a_person_says_that_it_happened_and_the_echo_may_still_name_it(
    client: Client, order: Order, sandbox: Sandbox
) -> None:
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    push = look_until_settled(order)
    decide_push(push, happened=True, actor="mara", reason="Seen in their dashboard.")
    order.refresh_from_db()
    assert (part_of(order).state, order.production) == ("submitted", "sent")
    echo(client, order, order_id=1)
    assert part_of(order).vendor_id == "1"
    assert not Hold.objects.exists()
    assert len(made(sandbox)) == 1


def test_a_person_says_that_it_did_not_and_it_is_sent_once_more(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults.add("cut_before", vendor="sign-customiser", times=1)
    send(order)
    push = look_until_settled(order)
    decide_push(push, happened=False, actor="mara", reason="Not in their dashboard.")
    assert send(order).state == PushState.CONFIRMED
    assert len(made(sandbox)) == 1


def test_a_second_order_of_one_reference_is_an_alarm(client: Client, order: Order, sandbox: Sandbox) -> None:
    send(order)
    echo(client, order, order_id=99)
    assert "second order" in Hold.objects.get().text
    assert "Compare both" in Hold.objects.get().text
    assert part_of(order).vendor_id == "1"


def test_an_order_that_we_do_not_know_makes_nothing_and_is_shown(client: Client, shop: Shop) -> None:
    tell(client, "order-created", {"order": {"order_id": 5, "external_id": "ELSE-1"}})
    work_due_callbacks()
    callback = Callback.objects.get()
    assert (callback.state, Order.objects.count()) == (CallbackState.ORPHAN, 0)
    assert "ELSE-1" in callback.note


def test_ids_that_repeat_among_orders_bind_nothing_wrong(
    client: Client, order: Order, product: CustomProduct, sandbox: Sandbox
) -> None:
    """Their example names 1 for an order; a vendor that always does must not mix two orders up."""
    send(order)
    other = release_order(sign_order(product), actor="tester")
    answer = '{"order": {"order_id": 1}}'
    sandbox.faults.add("status_after", status=200, body=answer, path="v2/orders", times=1)
    assert send(other).state == PushState.CONFIRMED
    assert (part_of(other).vendor_id, part_of(other).state) == ("", "submitted")
    echo(client, other, order_id=1)
    assert (part_of(order).vendor_id, part_of(other).vendor_id) == ("1", "")
    assert not Hold.objects.exists()


def test_too_many_waits_as_told_and_is_tried_again(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults.add("too_many", vendor="sign-customiser", times=1, retry_after=9)
    push = send(order)
    assert push.state == PushState.NEW
    assert 8 < (push.next_at - timezone.now()).total_seconds() < 12
    assert made(sandbox) == []


def test_a_refusal_holds_the_order_with_cause_and_field(order: Order, sandbox: Sandbox) -> None:
    sandbox.sign_customiser.product_ids.clear()
    assert send(order).state == PushState.FAILED
    hold = Hold.objects.get()
    assert "products.0.external_id" in hold.errors
    assert (part_of(order).state, hold.reason) == ("refused", "vendor_refused")
    assert made(sandbox) == []


def test_what_was_never_designed_is_refused_before_it_leaves(order: Order, sandbox: Sandbox) -> None:
    order.lines.update(custom_product="sgn_made_up")
    push = send(order)
    assert (push.state, push.attempt_rows.filter(method="POST").count()) == (PushState.FAILED, 0)
    assert Hold.objects.get().errors == {"lines.1.custom_product": ["The shop has no custom product sgn_made_up."]}


def test_a_wrong_key_stops_the_queue_and_loses_nothing(order: Order, settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_TOKEN = "wrong"
    assert send(order).state == PushState.NEW
    assert part_of(order).state == "planned"


def test_the_task_delivered_twice_sends_once(order: Order, sandbox: Sandbox) -> None:
    push = place_push(order)
    assert [deliver(push.pk), deliver(push.pk)] == [PushState.CONFIRMED, None]
    with transaction.atomic():
        queue_push("orders.place", vendor="sign-customiser", subject=part_of(order), actor="tester")
    send(order)
    assert len(made(sandbox)) == 1


class Killed(BaseException):
    """The worker's process ends here."""


@pytest.mark.parametrize(
    ("moment", "count", "state"),
    [("before", 0, PushState.UNKNOWN), ("answered", 1, PushState.UNKNOWN), ("recorded", 1, PushState.CONFIRMED)],
)
def test_a_worker_killed_between_any_two_writes_leaves_one_order_at_most(
    order: Order, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, moment: str, count: int, state: PushState
) -> None:
    plain = Delivery.write

    def killing(delivery: Delivery, step: str, call: Any, record: Any) -> Any:
        def called() -> Any:
            if moment == "before":
                raise Killed
            answer = call()
            if moment == "answered":
                raise Killed
            return answer

        plain(delivery, step, called, record)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Delivery, "write", killing)
        with pytest.raises(Killed):
            deliver(place_push(order).pk)
    Push.objects.update(lease_until=timezone.now())
    assert end_expired_leases() == 1
    push = look_until_settled(order)
    assert (push.state, len(made(sandbox))) == (state, count)
    assert push.needs_attention == (state == PushState.UNKNOWN)


def test_without_the_wait_for_proof_a_second_sign_would_be_made(
    order: Order, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a look that takes silence for absence sends again, and the ledger shows it."""
    from backoffice.engine.services.handlers import ReconcileResult

    monkeypatch.setattr(SingleCall, "reconcile", lambda self, delivery: ReconcileResult.ABSENT)
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    look_until_settled(order)
    assert len(made(sandbox)) == 2


def test_before_the_echos_time_is_over_nobody_is_asked(order: Order, sandbox: Sandbox, settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_CONFIRMATION_SECONDS = 60
    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    push = send(order)
    assert (push.state, push.needs_attention) == (PushState.UNKNOWN, False)
    assert (push.next_at - timezone.now()).total_seconds() > 50


def test_what_is_asked_of_a_person_says_what_it_costs(order: Order, sandbox: Sandbox) -> None:
    from backoffice.engine.admin.outcome_context import outcome_context

    sandbox.faults.add("cut_after", vendor="sign-customiser", times=1)
    send(order)
    outcome = outcome_context(look_until_settled(order))
    assert any("119.00 EUR" in line for line in outcome.if_not)
    assert any("119.00 EUR" in line for line in outcome.if_happened)
    assert "cannot be searched" in outcome.goes_on
    assert outcome.is_yes_advised


def test_a_withdrawn_order_is_not_sent(order: Order, sandbox: Sandbox) -> None:
    order.state = "held"
    order.save()
    assert send(order).state == PushState.CONFIRMED
    assert made(sandbox) == []


def test_money_of_other_currencies_keeps_its_places(shop: Shop, product: CustomProduct) -> None:
    order = sign_order(product)
    order.currency = "JPY"
    order.save()
    order.lines.update(unit_price=Decimal(1000))
    order = release_order(order, actor="tester", anyway=True)
    assert order_payload(order_to_place(part_of(order)))["products"][0]["price"] == 1190
