"""A vendor whose machines lag behind each other: what one has just made, or ended, another does not show yet."""

import json
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.messages import OrderToPlace, PostalAddress
from orders.models import HoldReason, Order, OrderState, VendorOrder, VendorOrderState
from orders.services.lifecycle import cancel_order
from orders.services.push_kinds import discard_draft
from tests.flows.conftest import Postbox

Place = Callable[..., Order]
Work = Callable[[], None]
READ, LINE, SUBMIT, CANCEL = r"v1/orders/\d+$", r"v1/orders/\d+/items$", r"/submit$", r"/cancel$"
NOT_FOUND = {"status": 404, "body": '{"message": "Not found."}'}


@pytest.mark.parametrize(("method", "path"), [("GET", READ), ("POST", LINE), ("POST", SUBMIT)])
def test_a_draft_that_not_every_machine_knows_yet_is_asked_for_again(
    method: str, path: str, sandbox: Sandbox, place: Place, settings
) -> None:
    settings.PUSH_SETTLE_SECONDS = 10
    rule = sandbox.faults.add("status", method=method, path=path, times=2, **NOT_FOUND)

    order = place()

    assert (rule.hits, order.state, order.holds.count()) == (2, OrderState.RELEASED, 0)
    assert [row["reference"] for row in sandbox.ledger.physical_orders()] == [order.number]
    assert Push.objects.get().attempts == 3


def test_a_draft_that_is_unknown_after_the_settle_time_is_refused(sandbox: Sandbox, place: Place) -> None:
    """The control: it is not asked for ever."""
    sandbox.faults.add("status", method="GET", path=READ, **NOT_FOUND)

    order = place()

    assert (order.state, order.holds.get().reason) == (OrderState.HELD, HoldReason.VENDOR_REFUSED)
    assert sandbox.ledger.physical_orders() == []


def test_an_order_that_cannot_be_created_at_all_is_refused_at_once(sandbox: Sandbox, place: Place, settings) -> None:
    place()  # so that the token is there
    settings.PUSH_SETTLE_SECONDS = 10
    rule = sandbox.faults.add("status", method="POST", path=r"v1/orders$", **NOT_FOUND)

    assert (place().state, rule.hits) == (OrderState.HELD, 1)


def test_a_callback_that_comes_before_the_api_shows_it_is_applied_later(
    sandbox: Sandbox, place: Place, postbox: Postbox
) -> None:
    order = place()
    sandbox.advance(60)
    postbox.settle_after_the_first()
    finished = next(request for request in postbox.waiting if json.loads(request.body)["status"] == "FINISHED")
    sandbox.faults.add("status", method="GET", path=READ, times=1, **NOT_FOUND)
    postbox.let_in([finished])

    callback = Callback.objects.get()
    assert (callback.state, callback.subject_id, callback.next_at is None) == (CallbackState.ORPHAN, order.pk, False)
    Callback.objects.update(next_at=timezone.now())
    work_due_callbacks()

    callback.refresh_from_db()
    order.refresh_from_db()
    assert (callback.state, order.state) == (CallbackState.APPLIED, OrderState.CLOSED)


def test_a_cancellation_that_is_accepted_before_it_shows_is_no_refusal(
    sandbox: Sandbox, place: Place, work: Work
) -> None:
    order = place()
    rule = sandbox.faults.add("reworded", path=CANCEL, times=1, words={'"CANCELED"': '"PENDING"'})

    cancel_order(order, actor="tester", reason="wrong colour")
    work()

    order.refresh_from_db()
    assert (rule.hits, order.state) == (1, OrderState.CANCELLED)
    assert not order.events.filter(kind="order.cancel_refused").exists()
    assert sandbox.ledger.physical_orders() == []


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_cancellation_that_is_accepted_and_never_happens_is_asked_for_twice_and_then_refused(
    sandbox: Sandbox, place: Place, work: Work, is_shown: bool
) -> None:
    """The control: the order goes on in the end, and says that it does; also where no response shows it."""
    order = place()
    shown = _show(order.vendor_orders.get()) if is_shown else ""
    rule = sandbox.faults.add("status", path=CANCEL, status=202, body=shown)

    cancel_order(order, actor="tester", reason="wrong colour")
    work()

    order.refresh_from_db()
    assert (rule.hits, order.state, order.cancel_requested_at) == (2, OrderState.RELEASED, None)
    assert order.events.filter(kind="order.cancel_refused").count() == 1
    assert order.vendor_orders.get().state == VendorOrderState.SUBMITTED


@pytest.mark.parametrize("status", [404, 410])
def test_a_draft_that_is_gone_is_discarded_and_the_others_go_too(
    status: int, sandbox: Sandbox, place: Place, work: Work
) -> None:
    part = place().vendor_orders.get()
    gone, other = _draft(), _draft()
    sandbox.faults.add("status", method="GET", path=rf"v1/orders/{gone}$", status=status)
    push = _discard(part, gone, other)
    work()

    push.refresh_from_db()
    assert (push.state, push.needs_attention) == (PushState.CONFIRMED, False)
    assert sandbox.ledger.orders[int(other)]["state"] == "CANCELED"


def test_a_draft_that_is_not_shown_yet_is_discarded_once_it_is(
    sandbox: Sandbox, place: Place, work: Work, settings
) -> None:
    settings.PUSH_SETTLE_SECONDS = 10
    part = place().vendor_orders.get()
    draft = _draft()
    sandbox.faults.add("status", method="GET", path=rf"v1/orders/{draft}$", times=1, **NOT_FOUND)
    _discard(part, draft)
    work()

    assert sandbox.ledger.orders[int(draft)]["state"] == "CANCELED"


def test_a_draft_that_the_vendor_refuses_to_discard_needs_attention(sandbox: Sandbox, place: Place, work: Work) -> None:
    """The control: only what is gone counts as discarded."""
    part = place().vendor_orders.get()
    draft = _draft()
    sandbox.faults.add("status", path=rf"v1/orders/{draft}/cancel$", status=404)
    push = _discard(part, draft)
    work()

    push.refresh_from_db()
    assert (push.state, push.needs_attention) == (PushState.FAILED, True)


def _show(part: VendorOrder) -> str:
    """Return the order as the vendor shows it now."""
    vendor = get_vendor("mypromo", TakesDraftOrders, lane=Lane.READS)
    body: bytes = vendor.client.get_raw(f"v1/orders/{part.vendor_id}", {})  # type: ignore[attr-defined]
    return body.decode()


def _draft() -> str:
    """Make a draft at the vendor, and return its id."""
    vendor = get_vendor("mypromo", TakesDraftOrders, lane=Lane.ORDERS)
    recipient = PostalAddress(lastname="Größer", zip="10115", city="Berlin", country_code="DE")
    return vendor.create_order(OrderToPlace(reference="WEB-draft", recipient=recipient)).vendor_id


def _discard(part: VendorOrder, *ids: str) -> Push:
    with transaction.atomic():
        return [discard_draft(part, vendor_id, actor="tester") for vendor_id in ids][-1]
