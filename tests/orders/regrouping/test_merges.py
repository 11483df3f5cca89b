"""Merging orders of one recipient: the lines go to one, the others are cancelled and say so, and nothing is lost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.errors import IllegalTransition, InvalidInput, Outdated
from backoffice.mail.models import Mail
from catalog.models import Variant
from orders.models import HoldReason, Order, OrderDocument, OrderState, VendorOrderState
from orders.services.holds import active_holds
from orders.services.intake.judging import OrderRefused, _ensure_replaceable
from orders.services.lifecycle import hold_order, release_order
from orders.services.regrouping.candidates import find_candidates
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import split_order
from orders.services.timeline import describe
from tests.api.storefront import CARD, make_catalog
from tests.orders.editing.desk import edited_order
from tests.orders.editing.test_edits import refused
from tests.orders.regrouping.test_splits import pieces_of, split_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalog() -> dict[str, Variant]:
    return make_catalog()


def bought(*lines: dict[str, Any], **changes: Any) -> Order:
    return edited_order(*lines, customer_email=changes.pop("customer_email", "jana@example.com"), **changes)


def test_lines_and_totals_of_three_orders_are_one() -> None:
    first, second, third = bought(reference="A"), bought({"quantity": 200}, reference="B"), bought(reference="C")
    merged = merge_orders(second, [third.pk, first.pk], actor="mara")
    assert pieces_of(merged) == [(1, "L1", 200), (2, "A-L1", 100), (3, "C-L1", 100)]
    assert (merged.total, merged.revision, merged.state) == (Decimal(400) * Decimal("1.29"), 2, OrderState.NEW)
    for one in (first, third):
        one.refresh_from_db()
        assert (one.state, one.merged_into, one.total) == (OrderState.CANCELLED, second, 0)
        assert not one.lines.exists()


def test_each_timeline_says_where_the_lines_are() -> None:
    first, second = bought(), bought()
    merge_orders(first, [second.pk], actor="mara")
    event, gone = first.events.get(kind="order.absorbed"), second.events.get(kind="order.merged")
    assert describe(event) == f"Order {second.number} was merged into this one: 100 × {CARD}."
    assert describe(gone) == f"Merged into order {first.number}. Nothing is made under this number."
    assert (event.params["order"], gone.params["order"]) == (second.pk, first.pk)
    # No customer hears that an order is cancelled whose things are coming.
    assert not second.events.filter(kind="order.cancelled").exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer_email": "tom@example.com"}, "different customers"),
        ({"express_shipping": True}, "differ in express"),
        ({"custom_properties": {"a": "b"}}, "differ in express"),
        ({"complaint": True}, "complaint's replacement"),
        ({"gift_message": "Hallo"}, "different gift messages"),
        ({"shipping_method": "Courier"}, "different shipping methods"),
        ({"documents": 1}, "supplied documents"),
    ],
)
def test_orders_that_cannot_be_one_are_refused_in_words(changes: dict[str, Any], words: str) -> None:
    first, second = bought(gift_message="Alles Gute", shipping_method="Standard"), bought(**changes)
    Order.objects.filter(gift_message="").update(gift_message="Alles Gute")
    error = refused(IllegalTransition, lambda: merge_orders(first, [second.pk], actor="mara"))
    assert words in error.text


def test_another_door_is_another_parcel() -> None:
    first, second = bought(), bought()
    second.addresses.update(street="Nebenstraße 1")
    error = refused(IllegalTransition, lambda: merge_orders(first, [second.pk], actor="mara"))
    assert "different recipients" in error.text
    assert find_candidates(first) == []
    second.addresses.update(street="hauptstraße  42", phone="030 1")
    assert [one.refusal for one in find_candidates(first)] == [""]


def test_what_is_not_there_is_named() -> None:
    first = bought()
    other = edited_order(customer_email="jana@example.com")
    error = refused(InvalidInput, lambda: merge_orders(first, [first.pk, other.pk, other.pk, 999], actor="mara"))
    assert list(error.errors) == ["orders[0]", "orders[2]", "orders[3]"]


def test_a_stale_page_is_told() -> None:
    first, second = bought(), bought()
    refused(Outdated, lambda: merge_orders(first, [second.pk], actor="mara", revision=7))


@pytest.mark.parametrize("which", [0, 1])
def test_nothing_is_merged_of_which_a_vendor_has_something(which: int) -> None:
    orders = [bought(), bought()]
    release_order(orders[which], actor="mara").vendor_orders.update(state=VendorOrderState.SUBMITTED)
    refused(IllegalTransition, lambda: merge_orders(orders[0], [orders[1].pk], actor="mara"))
    assert [bool(one.refusal) for one in find_candidates(orders[0])] == [which == 1]


def test_what_one_waits_for_holds_the_merged_one_under_its_lines() -> None:
    first, second = bought({}, {"reference": "x"}), bought()
    hold_order(first, reason=HoldReason.MANUAL, text="Call first", actor="tom")
    hold_order(second, reason=HoldReason.MANUAL, text="Ask Tom", actor="mara")
    errors = {"lines[0].quantity": ["Too many."], "express_shipping": ["No."]}
    hold_order(second, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    merged = merge_orders(first, [second.pk], actor="mara")
    holds = {hold.reason: hold for hold in active_holds(merged)}
    assert holds[HoldReason.MANUAL].text == "Call first Ask Tom"
    assert holds[HoldReason.INVALID_INPUT].errors == {"lines[2].quantity": ["Too many."], "express_shipping": ["No."]}
    assert not active_holds(second).exists()


@pytest.mark.parametrize("into", [0, 1])
def test_no_order_is_called_a_duplicate_of_what_is_part_of_it(into: int) -> None:
    orders = [bought(), bought()]
    hold_order(orders[1], reason=HoldReason.POSSIBLE_DUPLICATE, text="It is like the first", actor="shop:WEB")
    active_holds(orders[1]).update(duplicate_of=orders[0])
    merged = merge_orders(orders[into], [orders[1 - into].pk], actor="mara")
    hold = active_holds(merged).get()
    assert hold.text.startswith("This order contains the lines of orders that may be duplicates.")
    assert (hold.reason, hold.duplicate_of) == (HoldReason.POSSIBLE_DUPLICATE, None)


def test_a_duplicate_of_an_order_that_stays_is_still_called_so() -> None:
    other, first, second = bought(), bought(), bought()
    hold_order(second, reason=HoldReason.POSSIBLE_DUPLICATE, text="It is like the other", actor="shop:WEB")
    active_holds(second).update(duplicate_of=other)
    hold = active_holds(merge_orders(first, [second.pk], actor="mara")).get()
    assert (hold.text, hold.duplicate_of) == ("It is like the other", other)


def test_what_stands_against_the_address_of_all_is_said_once() -> None:
    orders = [bought(), bought(), bought()]
    for order in orders:
        errors = {"recipient.street": ["Too long."]}
        hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", errors=errors, actor="system")
    merged = merge_orders(orders[0], [orders[1].pk, orders[2].pk], actor="mara")
    assert active_holds(merged).get().errors == {"recipient.street": ["Too long."]}


def test_a_released_order_waits_for_what_it_takes_in() -> None:
    first, second = bought(), bought()
    first = release_order(first, actor="mara")
    hold_order(second, reason=HoldReason.MANUAL, text="Call first", actor="tom")
    assert merge_orders(first, [second.pk], actor="mara").state == OrderState.HELD


def test_what_nobody_has_released_is_not_sent_with_what_is() -> None:
    first, second = bought(), bought()
    first = release_order(first, actor="mara")
    error = refused(IllegalTransition, lambda: merge_orders(first, [second.pk], actor="mara"))
    assert "not released yet" in error.text
    # The other way round the whole waits for its release.
    assert merge_orders(second, [first.pk], actor="mara").state == OrderState.NEW
    assert {row.state for row in first.vendor_orders.all()} == {VendorOrderState.DROPPED}


def test_of_two_released_ones_the_later_departure_counts_and_one_part_is_placed() -> None:
    orders = [bought(), bought()]
    first, second = (release_order(one, actor="mara") for one in orders)
    soon = timezone.now() + timedelta(minutes=5)
    Order.objects.filter(pk=second.pk).update(leaves_at=soon)
    merged = merge_orders(first, [second.pk], actor="mara")
    assert (merged.state, merged.leaves_at) == (OrderState.RELEASED, soon)
    assert merged.vendor_orders.get().lines.count() == 2
    part = second.vendor_orders.get()
    assert part.state == VendorOrderState.DROPPED
    assert Push.objects.about(part).get().state == PushState.NEW  # withdraws, as its order is cancelled


def test_a_shipping_method_is_taken_over_where_the_order_that_stays_has_none() -> None:
    first, second = bought(shipping_method=""), bought(shipping_method="Courier")
    merged = merge_orders(first, [second.pk], actor="mara")
    assert merged.shipping_method == "Courier"
    event = merged.events.get(kind="order.absorbed")
    assert ["shipping_method", "", "Courier"] in event.params["changes"], event.params


def test_tags_and_an_assignee_and_a_gift_message_are_kept() -> None:
    first, second = bought(tags=["vip"]), bought(tags=["vip", "fair"], gift_message="Alles Gute")
    merged = merge_orders(first, [second.pk], actor="mara")
    assert (merged.tags, merged.gift_message) == (["vip", "fair"], "Alles Gute")


def test_a_merged_order_is_not_replaced_by_an_order_of_its_reference() -> None:
    first, second = bought(), bought()
    merge_orders(first, [second.pk], actor="mara")
    with pytest.raises(OrderRefused) as caught:
        _ensure_replaceable(second.pk, second.reference, shop=second.shop)
    assert first.number in caught.value.errors["replaces"][0]


def test_what_was_split_is_merged_again() -> None:
    order = bought({"reference": "a"}, {"reference": "b"})
    new = split_order(order, split_of({"a": 40}), actor="mara").new
    merged = merge_orders(order, [new.pk], actor="mara")
    assert sorted((quantity for _place, _reference, quantity in pieces_of(merged)), reverse=True) == [100, 60, 40]
    assert merged.total == Decimal(200) * Decimal("1.29")


def test_candidates_take_as_many_queries_for_one_as_for_ten(django_assert_num_queries: Any) -> None:
    first = bought()
    for _count in range(2):
        bought()
    with django_assert_num_queries(7):
        assert len(find_candidates(first)) == 2
    for _count in range(8):
        release_order(bought(), actor="mara")
    fresh = Order.objects.get(pk=first.pk)
    with django_assert_num_queries(9):  # two more find what is under way at the parts
        assert len(find_candidates(fresh)) == 10


def test_a_slip_of_ours_stays_with_the_order_that_stays() -> None:
    first, second = bought(), bought()
    for one in (first, second):
        OrderDocument.objects.create(order=one, kind="delivery_slip", made_by_us=True)
    assert merge_orders(first, [second.pk], actor="mara").documents.count() == 1


def test_no_gift_message_is_lost_where_two_of_the_others_have_one() -> None:
    first, second, third = bought(), bought(gift_message="Alles Gute"), bought(gift_message="Hallo")
    error = refused(IllegalTransition, lambda: merge_orders(first, [second.pk, third.pk], actor="mara"))
    assert "different gift messages" in error.text
