"""Goods once more before an order is released: what there is of them and what they cost may have changed since."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.errors import InvalidInput
from catalog.models import PriceTier
from orders.models import Hold, HoldReason, Order, OrderLine, OrderState
from orders.services.holds import active_holds
from orders.services.lifecycle import hold_order, release_hold, release_or_hold, release_order
from orders.services.preflight.rechecks import recheck_orders
from orders.services.timeline import describe
from tests.api.storefront import PEN, Storefront, make_catalog, make_storefront
from tests.orders.test_stock import line, read_again, stock, submit, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def storefront() -> Storefront:
    """Return a storefront whose orders wait until somebody releases them, with 100 pens in stock."""
    make_catalog()
    stock(PEN, 100)
    return make_storefront(release_automatically=False)


def refused(order: Order, **how: Any) -> dict[str, list[str]]:
    """Return why the order is not released, after checking that nothing has changed."""
    with pytest.raises(InvalidInput) as refusal:
        release_order(order, actor="mara", **how)
    assert Order.objects.get(pk=order.pk).state == order.state
    assert not Push.objects.exists()
    return refusal.value.errors


def test_what_is_sold_out_by_now_is_not_released(storefront: Storefront) -> None:
    order = take(storefront, line(60))
    read_again(PEN, 40)
    assert list(refused(order)) == ["lines[0].quantity"]
    read_again(PEN, 60)
    assert release_order(order, actor="mara").state == OrderState.RELEASED


def test_who_came_first_has_the_first_choice_unless_another_one_has_left(storefront: Storefront) -> None:
    first, second = take(storefront, line(50)), take(storefront, line(50))
    read_again(PEN, 60)
    assert list(refused(second)) == ["lines[0].quantity"]
    found = recheck_orders([first, second])
    assert [bool(found[order.pk].stock) for order in (first, second)] == [False, True]
    release_order(first, actor="mara")
    Push.objects.all().delete()
    assert list(refused(second)) == ["lines[0].quantity"]
    # The vendor has the first one now, and shows it.
    submit(first)
    read_again(PEN, 50)
    assert release_order(second, actor="mara").state == OrderState.RELEASED


def test_where_nobody_reads_a_refusal_such_an_order_is_held(storefront: Storefront) -> None:
    order = take(storefront, line(60))
    read_again(PEN, 40)
    assert release_or_hold(order, actor="rule:7").state == OrderState.HELD
    assert [hold.reason for hold in active_holds(order)] == [HoldReason.OUT_OF_STOCK]


def test_a_person_decides_once_and_what_is_missing_is_written_down(storefront: Storefront) -> None:
    Shop.objects.update(release_automatically=True)
    order = take(storefront, line(60))
    hold_order(order, reason=HoldReason.OUT_OF_STOCK, text="", actor="rule:7")
    Push.objects.all().delete()
    order.vendor_orders.all().delete()
    read_again(PEN, 40)
    assert release_hold(Hold.objects.get(), actor="mara", note="").state == OrderState.RELEASED
    assert OrderLine.objects.get().backordered == 20
    assert f"Line 1: 20 of 60 × {PEN} are out of stock and on backorder." in [
        describe(event) for event in order.events.all()
    ]
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="mara")
    release_hold(active_holds(order).get(), actor="mara", note="")


def test_anyway_passes_over_stock_and_prices(storefront: Storefront) -> None:
    order = take(storefront, line(60))
    read_again(PEN, 40)
    PriceTier.objects.filter(price_list="purchase").update(price="9.00")
    assert set(refused(order)) == {"lines[0].quantity", "lines[0].unit_price"}
    assert release_order(order, actor="mara", anyway=True).state == OrderState.RELEASED


def test_a_shop_that_takes_backorders_releases_them_and_says_how_many(storefront: Storefront) -> None:
    order = take(storefront, line(60))
    read_again(PEN, 40)
    Shop.objects.update(on_short_stock="backorder")
    release_order(order, actor="mara")
    answer = storefront.get(f"orders/{order.pk}/").json()
    assert (answer["backordered"], answer["lines"][0]["backordered"]) == (True, 20)


@pytest.mark.parametrize(("choice", "fine"), [("hold", False), ("refuse", False), ("off", True)])
def test_what_has_become_dearer_than_its_price_is_not_released(storefront: Storefront, choice: str, fine: bool) -> None:
    order = take(storefront, line(60))
    Shop.objects.update(on_odd_price=choice)
    PriceTier.objects.filter(price_list="purchase").update(price="1.30")
    if fine:
        assert release_order(order, actor="mara").state == OrderState.RELEASED
    else:
        assert list(refused(order)) == ["lines[0].unit_price"]
    # What the order has is what was known when it came in.
    assert OrderLine.objects.get().unit_cost == Decimal("0.90")


def test_a_price_that_a_person_found_right_is_not_asked_again(storefront: Storefront) -> None:
    Shop.objects.update(least_margin_percent=50)
    order = take(storefront, line(60))
    assert order.holds.get().reason == HoldReason.ODD_PRICE
    assert release_hold(Hold.objects.get(), actor="mara", note="").state == OrderState.NEW
    assert release_order(order, actor="mara").state == OrderState.RELEASED


def test_a_release_looks_at_stock_in_a_number_of_queries_that_lines_do_not_change(storefront: Storefront) -> None:
    few, many = take(storefront, line(10)), take(storefront, *[line(10, reference=str(place)) for place in range(6)])

    def count(order: Order) -> int:
        with CaptureQueriesContext(connection) as queries:
            recheck_orders([order], lock=True)
        return len(queries)

    assert count(few) == count(many)
