"""Release, hold, let go, cancel: what they do, and that a refusal changes nothing and queues nothing."""

from collections.abc import Callable

import pytest

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.delivery import Withdrawn
from backoffice.engine.services.pushes import close_push
from backoffice.errors import Conflict, DomainError, IllegalTransition
from backoffice.mail.services.kinds import MAIL_KINDS
from orders.models import Hold, HoldReason, Order, OrderEvent, OrderState, VendorOrder, VendorOrderState
from orders.services.cancellation_outcomes import go_on_after_refusal
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from orders.services.timeline import SENTENCES, describe
from orders.services.vendor_cancellation import Cancellation
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db


def refused(error: type[DomainError], act: Callable[[], object]) -> None:
    """Check that the error is raised, no row is changed, no push queued."""
    models = (Order, Hold, VendorOrder, OrderEvent, Push)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    with pytest.raises(error):
        act()
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_releasing_plans_and_queues_one_push_for_each_part() -> None:
    order = release_order(make_order(*[{} for _ in range(51)]), actor="jana")

    assert order.state == OrderState.RELEASED
    assert sorted(Push.objects.values_list("subject_id", flat=True)) == sorted(
        order.vendor_orders.values_list("pk", flat=True)
    )
    assert set(Push.objects.values_list("kind", flat=True)) == {"orders.place"}


def test_a_held_order_is_released_by_letting_go_of_its_last_hold() -> None:
    order = make_order()
    for reason in (HoldReason.BAD_ADDRESS, HoldReason.MANUAL):
        hold_order(order, reason=reason, text="look", errors={"recipient.zip": ["too short"]}, actor="jana")
    first, second = order.holds.all()

    assert release_hold(first, actor="jana", note="corrected").state == OrderState.HELD
    assert not Push.objects.exists()
    assert release_hold(second, actor="jana", note="called").state == OrderState.RELEASED
    assert Push.objects.count() == 1


def test_an_order_of_a_shop_that_does_not_release_by_itself_is_new_again_after_its_hold() -> None:
    order = make_order()
    order.shop.release_automatically = False
    order.shop.save()
    order = hold_order(order, reason=HoldReason.MANUAL, text="", actor="jana")

    assert release_hold(order.holds.get(), actor="jana", note="").state == OrderState.NEW
    assert not Push.objects.exists()


def test_the_same_reason_twice_is_one_hold_with_the_newer_text() -> None:
    order = make_order()
    hold_order(order, reason=HoldReason.MANUAL, text="first", actor="jana")
    hold_order(order, reason=HoldReason.MANUAL, text="second", actor="jana")

    assert [hold.text for hold in order.holds.all()] == ["second"]


def test_a_held_order_cannot_be_released_past_its_hold() -> None:
    order = hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="jana")
    refused(IllegalTransition, lambda: release_order(order, actor="jana"))


def test_a_released_order_cannot_be_released_again() -> None:
    order = release_order(make_order(), actor="jana")
    refused(IllegalTransition, lambda: release_order(order, actor="jana"))


def test_a_hold_is_released_once() -> None:
    order = hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="jana")
    hold = order.holds.get()
    release_hold(hold, actor="jana", note="")
    refused(Conflict, lambda: release_hold(hold, actor="max", note=""))


def test_an_order_in_production_cannot_be_cancelled_or_its_refusal_says_since_when() -> None:
    order = release_order(make_order(), actor="jana")
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    refused(IllegalTransition, lambda: cancel_order(order, actor="jana", reason="late"))


def test_a_cancelled_order_can_neither_be_held_nor_cancelled_nor_released() -> None:
    order = cancel_order(make_order(), actor="jana", reason="test")
    assert order.state == OrderState.CANCELLED
    refused(IllegalTransition, lambda: hold_order(order, reason=HoldReason.MANUAL, text="", actor="jana"))
    refused(IllegalTransition, lambda: cancel_order(order, actor="jana", reason="again"))
    refused(IllegalTransition, lambda: release_order(order, actor="jana"))


def test_cancelling_a_held_order_ends_its_holds() -> None:
    order = hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="jana")
    order = cancel_order(order, actor="jana", reason="customer")
    assert order.state == OrderState.CANCELLED
    assert not order.holds.filter(released_at=None).exists()


def test_asking_twice_for_a_cancellation_asks_the_vendor_once() -> None:
    order = release_order(make_order(), actor="jana")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    cancel_order(order, actor="jana", reason="one")
    cancel_order(order, actor="jana", reason="two")

    assert Push.objects.filter(kind="orders.cancel").count() == 1
    assert order.events.filter(kind="order.cancel_requested").count() == 1
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED


def test_the_end_of_a_hold_does_not_withdraw_a_cancellation() -> None:
    order = release_order(make_order(), actor="jana")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    order = hold_order(order, reason=HoldReason.MANUAL, text="wait", actor="jana")
    cancel_order(order, actor="jana", reason="customer")
    hold = order.holds.get()

    refused(IllegalTransition, lambda: release_hold(hold, actor="tom", note="looks fine"))

    go_on_after_refusal(order.vendor_orders.get(), text="Too late.", actor="vendor:mypromo")
    assert release_hold(hold, actor="tom", note="looks fine").state == OrderState.RELEASED


def test_a_cancellation_asked_for_anew_asks_again_behind_one_that_is_ending() -> None:
    order = release_order(make_order(), actor="jana")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    cancel_order(order, actor="jana", reason="one")
    asked = Push.objects.get(kind="orders.cancel")
    Push.objects.filter(pk=asked.pk).update(state=PushState.IN_FLIGHT)
    go_on_after_refusal(order.vendor_orders.get(), text="Too late.", actor="vendor:mypromo")
    cancel_order(order, actor="jana", reason="two")
    asked.refresh_from_db()
    close_push(asked, PushState.CONFIRMED)
    assert Push.objects.filter(kind="orders.cancel").open().count() == 1


def test_a_refused_cancellation_places_what_was_withdrawn_for_it() -> None:
    order = release_order(make_order(*[{} for _ in range(51)]), actor="jana")
    made, draft = order.vendor_orders.all()
    VendorOrder.objects.filter(pk=made.pk).update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    VendorOrder.objects.filter(pk=draft.pk).update(state=VendorOrderState.DRAFT, vendor_id="10")
    cancel_order(order, actor="jana", reason="late")
    placing = Push.objects.filter(kind="orders.place", subject_id=draft.pk)
    close_push(placing.get(), PushState.CONFIRMED)  # a worker has found that it is to be cancelled

    made.refresh_from_db()
    go_on_after_refusal(made, text="Too late.", actor="vendor:mypromo")
    order.refresh_from_db()
    assert (order.state, order.cancel_requested_at) == (OrderState.RELEASED, None)
    assert placing.open().count() == 1


def test_a_part_is_not_cancelled_for_a_cancellation_that_was_refused_meanwhile() -> None:
    order = release_order(make_order(), actor="jana")
    cancellation = Cancellation()
    cancellation.row = order.vendor_orders.get()
    with pytest.raises(Withdrawn):
        cancellation._cancel_unsent()
    assert order.vendor_orders.get().state == VendorOrderState.PLANNED


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_every_kind_of_event_has_a_sentence_even_without_its_details(kind: str) -> None:
    event = OrderEvent(kind=kind, params={"text": "Order submitted."})
    assert describe(event)
    assert "%(" not in describe(event)


def test_an_event_keeps_the_vendors_percent_signs_and_names_holds_in_words() -> None:
    assert describe(OrderEvent(kind="vendor.history", params={"text": "100 % done %(x)s"})) == "100 % done %(x)s"
    placed = OrderEvent(kind="hold.placed", params={"reason": "bad_address", "text": "Zip."})
    assert describe(placed) == "Held: address not accepted by the vendor. Zip."
    assert describe(OrderEvent(kind="of.tomorrow", params={})) == "of.tomorrow"


def test_every_event_that_our_services_write_has_its_sentence() -> None:
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    text = "".join(path.read_text() for path in (root / "orders").rglob("*.py") if "migrations" not in path.parts)
    written = set(re.findall(r'kind="([a-z_]+\.[a-z_]+)"', text)) | set(re.findall(r'_note\(\s*"([a-z_.]+)"', text))
    written -= {"orders.place", "orders.cancel", "orders.discard", *MAIL_KINDS}
    # A customer's own history has its sentences beside it.
    written = {kind for kind in written if not kind.startswith("customer.")}
    assert written
    assert written <= set(SENTENCES)


def test_a_cancelled_order_asks_for_nothing_more() -> None:
    order = release_order(make_order(), actor="jana")
    order.vendor_orders.update(state=VendorOrderState.REFUSED)
    Push.objects.update(state=PushState.FAILED, needs_attention=True)
    hold_order(order, reason=HoldReason.VENDOR_REFUSED, text="", actor="vendor:mypromo")
    assert Push.objects.needing_attention().count() == 1

    order = cancel_order(order, actor="jana", reason="cannot be produced")
    assert order.state == OrderState.CANCELLED
    assert not Push.objects.needing_attention().exists()
    assert not order.holds.filter(released_at=None).exists()
    assert not order.alarms.exists()
