"""Splitting an order before anything of it is sent: what goes, what stays, what waits, and that nothing is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backoffice.accounts.models.shop import OddPrice
from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Postponed
from backoffice.errors import Conflict, IllegalTransition, InvalidInput, Outdated
from catalog.models import PriceTier, Variant
from orders.models import (
    AddressRole,
    HoldReason,
    Order,
    OrderDocument,
    OrderLine,
    OrderState,
    VendorOrderState,
)
from orders.services.holds import HoldTerms, active_holds, place_hold
from orders.services.lifecycle import hold_order, release_order
from orders.services.regrouping import eligibility
from orders.services.regrouping.input import SplitInput, SplitLine
from orders.services.regrouping.splitting import SplitOrders, split_order
from orders.services.timeline import describe
from tests.api.storefront import CARD, PEN, make_catalog
from tests.orders.editing.desk import edited_order
from tests.orders.editing.test_edits import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalog() -> dict[str, Variant]:
    return make_catalog()


def split_of(pieces: dict[str, int], **more: Any) -> SplitInput:
    lines = [SplitLine(reference=reference, quantity=quantity) for reference, quantity in pieces.items()]
    return SplitInput(lines=lines, **more)


def split(order: Order, pieces: dict[str, int], **more: Any) -> SplitOrders:
    return split_order(order, split_of(pieces), actor="mara", **more)


def pieces_of(order: Order) -> list[tuple[int, str, int]]:
    return list(order.lines.values_list("position", "reference", "quantity"))


def test_a_line_and_some_of_another_become_an_order_of_their_own() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"}, {"reference": "c"}, gift_message="Alles Gute")
    made = split(order, {"a": 100, "c": 30})
    assert (pieces_of(made.kept), pieces_of(made.new)) == ([(1, "b", 100), (2, "c", 70)], [(1, "a", 100), (2, "c", 30)])
    new = made.new
    assert (new.reference, new.split_from, new.number) == (f"{order.reference}-S1", order, f"WEB-{100000 + new.pk}")
    assert (new.state, new.gift_message, new.revision, new.fingerprint) == (OrderState.NEW, "Alles Gute", 1, "")
    assert new.addresses.get(role=AddressRole.RECIPIENT).city == "Berlin"
    assert (made.kept.total, new.total) == (Decimal("219.3"), Decimal("167.7"))
    assert made.kept.revision == 2
    assert Order.objects.exclude(pk=order.pk).get().search is not None


def test_both_timelines_say_where_the_lines_went_and_came_from() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    made = split(order, {"a": 40})
    event = order.events.get(kind="order.split")
    assert describe(event) == f"Split: 40 × {CARD} moved to order {made.new.number}."
    assert event.params["changes"][0] == ["lines.a.quantity", "100", "60"]
    assert describe(made.new.events.get()) == f"Split from order {order.number}: 40 × {CARD}."
    assert event.params["order"] == made.new.pk


def test_shipping_stays_and_a_voucher_goes_along() -> None:
    order = edited_order({"reference": "a", "tax_percent": Decimal(19)}, {"reference": "b", "tax_percent": Decimal(19)})
    Order.objects.update(total=Decimal("312.01"))
    made = split(order, {"a": 50})
    assert (made.kept.total, made.new.total) == (Decimal("235.25"), Decimal("76.76"))  # 64.50 and its tax, rounded
    Order.objects.filter(pk=order.pk).update(total=Decimal("100.01"))
    again = split(made.kept, {"b": 100})
    assert again.kept.total + again.new.total == Decimal("100.01")
    assert again.new.total == Decimal("66.67")


@pytest.mark.parametrize(
    ("pieces", "path"),
    [
        ({"9": 1}, "lines[0].reference"),
        ({"a": 101}, "lines[0].quantity"),
        ({"a": 100, "b": 100}, "lines"),
    ],
)
def test_what_is_not_there_and_all_of_it_is_refused(pieces: dict[str, int], path: str) -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    error = refused(InvalidInput, lambda: split(order, pieces))
    assert list(error.errors) == [path]


def test_a_line_named_twice_is_refused() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    twice = SplitInput(lines=[SplitLine(reference="a", quantity=1), SplitLine(reference="a", quantity=1)])
    error = refused(InvalidInput, lambda: split_order(order, twice, actor="mara"))
    assert list(error.errors) == ["lines[1].quantity"]


def test_the_second_of_two_who_split_is_told() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    split(order, {"a": 40}, revision=1)
    refused(Outdated, lambda: split(order, {"a": 40}, revision=1))


def test_a_reference_that_the_shop_has_is_refused_in_words() -> None:
    order, other = edited_order({"reference": "a"}, {"reference": "b"}), edited_order()
    taken = split_of({"a": 1}, reference=other.reference)
    error = refused(Conflict, lambda: split_order(order, taken, actor="mara"))
    assert other.reference in error.text
    assert split_order(order, split_of({"a": 1}, reference="4711-B"), actor="mara").new.reference == "4711-B"


def test_what_was_split_off_is_split_again_under_the_next_reference() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    first = split(order, {"a": 40}).new
    assert split(first, {"a": 10}).new.reference == f"{order.reference}-S2"


@pytest.mark.parametrize(
    "state", [VendorOrderState.SUBMITTED, VendorOrderState.IN_PRODUCTION, VendorOrderState.UNKNOWN]
)
def test_nothing_is_split_that_a_vendor_has(state: VendorOrderState) -> None:
    order = release_order(edited_order({"reference": "a"}, {"reference": "b"}), actor="mara")
    order.vendor_orders.update(state=state, submitted_at=timezone.now())
    refused(IllegalTransition, lambda: split(order, {"a": 40}))


def test_a_released_order_is_planned_anew_and_both_leave_at_its_time() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    order.shop.cooling_off_seconds = 300
    order.shop.save()
    order = release_order(order, actor="mara")
    made = split(order, {"a": 100})
    assert (made.kept.state, made.new.state) == (OrderState.RELEASED, OrderState.RELEASED)
    assert made.new.leaves_at == order.leaves_at
    assert set(Push.objects.values_list("kind", "next_at")) == {("orders.place", order.leaves_at)}
    assert [row.lines.count() for one in (made.kept, made.new) for row in one.vendor_orders.all()] == [1, 1]
    # Rules and mails that follow a release have followed that of the order already.
    assert not made.new.events.filter(kind="order.released").exists()


def test_what_is_out_of_stock_stays_held_and_the_rest_goes_on() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b", "sku": PEN, "files": []})
    order.shop.release_automatically = True
    order.shop.save()
    errors = {"lines[1].quantity": ["100 × pens are more than is left."]}
    hold_order(order, reason=HoldReason.OUT_OF_STOCK, text="", errors=errors, actor="system")
    made = split(order, {"a": 100})
    assert (made.kept.state, made.new.state) == (OrderState.HELD, OrderState.RELEASED)
    assert active_holds(made.kept).get().errors == {"lines[0].quantity": errors["lines[1].quantity"]}
    assert not made.new.holds.exists()


def test_a_hold_goes_with_the_lines_that_it_is_about() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b", "sku": PEN, "files": []})
    order.shop.release_automatically = True
    order.shop.save()
    errors = {"lines[1].quantity": ["100 × pens are more than is left."]}
    hold_order(order, reason=HoldReason.OUT_OF_STOCK, text="", errors=errors, actor="system")
    made = split(order, {"b": 100})
    assert (made.kept.state, made.new.state) == (OrderState.RELEASED, OrderState.HELD)
    assert active_holds(made.new).get().errors == {"lines[0].quantity": errors["lines[1].quantity"]}
    assert order.holds.get().release_note == f"The affected lines are now in order {made.new.number}."


def test_a_hold_of_the_whole_order_holds_both_and_lasts_as_long() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    until = timezone.now() + timezone.timedelta(days=2)
    place_hold(order, reason=HoldReason.MANUAL, text="Call first", actor="tom", terms=HoldTerms(until=until))
    made = split(order, {"a": 100})
    assert [one.state for one in (made.kept, made.new)] == [OrderState.HELD, OrderState.HELD]
    hold = active_holds(made.new).get()
    assert (hold.reason, hold.text, hold.placed_by, hold.until) == (HoldReason.MANUAL, "Call first", "tom", until)


def test_documents_of_the_shop_stay_and_the_new_order_waits_for_its_own() -> None:
    order = release_order(edited_order({"reference": "a"}, {"reference": "b"}, documents=1), actor="mara")
    made = split(order, {"a": 100})
    assert (made.kept.state, made.new.state) == (OrderState.RELEASED, OrderState.HELD)
    assert active_holds(made.new).get().reason == HoldReason.INVALID_INPUT
    assert [one.documents.count() for one in (made.kept, made.new)] == [1, 0]


def test_a_slip_of_ours_is_made_for_both() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    OrderDocument.objects.create(order=order, kind="delivery_slip", made_by_us=True)
    made = split(order, {"a": 100})
    assert [one.documents.get().made_by_us for one in (made.kept, made.new)] == [True, True]


def test_the_cost_is_that_of_the_new_quantities() -> None:
    order = edited_order({"reference": "a", "quantity": 600, "unit_cost": Decimal("0.5")})
    split(order, {"a": 100})
    assert set(OrderLine.objects.values_list("quantity", "unit_cost")) == {
        (500, Decimal("0.5")),
        (100, Decimal("0.7")),
    }


def test_a_quantity_that_the_catalogue_does_not_sell_is_refused_unless_a_person_insists() -> None:
    Variant.objects.filter(sku=CARD).update(order_min_qty=50)
    order = edited_order({"reference": "a"}, {"reference": "b"})
    error = refused(InvalidInput, lambda: split(order, {"a": 10}))
    assert list(error.errors) == ["lines[0].quantity"]
    assert error.errors["lines[0].quantity"][0].startswith("Split-off order: ")
    made = split(order, {"a": 10}, anyway=True)
    assert made.new.lines.get().quantity == 10


def test_a_price_that_is_too_low_at_the_quantity_holds_that_order() -> None:
    order = edited_order({"reference": "a", "unit_price": Decimal("0.6")}, {"reference": "b"})
    PriceTier.objects.filter(variant__sku=CARD).update(price=Decimal("0.9"))
    order.shop.on_odd_price, order.shop.loss_limit_percent = OddPrice.HOLD, 0
    order.shop.save()
    made = split(order, {"a": 40})
    assert {hold.reason for hold in active_holds(made.new)} == {HoldReason.ODD_PRICE}


def test_pieces_on_backorder_are_divided_and_stay_first() -> None:
    order = edited_order({"reference": "a", "backordered": 70}, {"reference": "b"})
    split(order, {"a": 40})
    rows = OrderLine.objects.filter(reference="a").order_by("pk").values_list("quantity", "backordered")
    assert list(rows) == [(60, 60), (40, 10)]


def test_an_order_that_a_vendor_may_be_making_already_is_not_split() -> None:
    order = edited_order({"reference": "a"}, {"reference": "b"})
    hold_order(order, reason=HoldReason.SECOND_AT_VENDOR, text="", actor="vendor:mypromo")
    refused(IllegalTransition, lambda: split(order, {"a": 40}))


def test_a_rule_that_has_to_wait_for_a_worker_refuses_a_split_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(order: int) -> None:
        raise Postponed("A rule is currently changing the order.", seconds=5)

    monkeypatch.setattr(eligibility, "before_placing", [wait])
    order = edited_order()
    error = refused(IllegalTransition, lambda: split_order(order, split_of({"L1": 30}), actor="mara"))
    assert error.text == "A rule is currently changing the order."
