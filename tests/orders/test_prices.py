"""Prices at intake: what nobody would mean, and what the shop wants done about it."""

from typing import Any

import pytest

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from catalog.models import Variant
from orders.models import HoldReason, Order, OrderState
from tests.api.storefront import CARD, PEN, Storefront, build_order, make_catalog, make_storefront, make_variant

# What a hundred cost: see `make_variant`.
COST = "0.70"


@pytest.fixture
def storefront(db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def odd(storefront: Storefront, price: str = "1.29", **changes: Any) -> dict[str, list[str]]:
    """Return what looks wrong with an order of a hundred pens; empty where it is taken and released."""
    Shop.objects.update(on_odd_price="refuse")
    line = {"sku": PEN, "quantity": 100, "unit_price": price}
    body = build_order(**{"lines": [line], "reference": f"R-{Order.objects.count()}"} | changes)
    answer = storefront.place(body)
    assert answer.status_code in (201, 422), answer.content
    return {} if answer.status_code == 201 else answer.json()["errors"]


def test_nothing_is_sold_for_nothing_except_samples_and_replacements(storefront: Storefront) -> None:
    assert odd(storefront, "0") == {"lines[0].unit_price": [f"{PEN} is sold at a price of 0."]}
    assert odd(storefront, "0.0000", total="100")
    assert odd(storefront, "0", complaint=True) == {}
    Variant.objects.update(sample_product=True)
    assert odd(storefront, "0") == {}


@pytest.mark.parametrize(
    ("limit", "price", "fine"),
    [(0, "0.70", True), (0, "0.6999", False), (-25, "0.56", True), (-25, "0.5599", False), (None, "0.01", True),
     (30, "1.00", True), (30, "0.9999", False), ("99.99", "1.29", False)],
)  # fmt: skip
def test_a_price_leaves_the_margin_that_the_shop_wants(
    storefront: Storefront, limit: Any, price: str, fine: bool
) -> None:
    Shop.objects.update(least_margin_percent=limit)
    errors = odd(storefront, price)
    assert list(errors) == ([] if fine else ["lines[0].unit_price"])
    if not fine:
        [text] = errors["lines[0].unit_price"]
        assert all(word in text for word in (price, PEN, f"{limit}%"))


def test_a_complaint_about_a_price_never_says_what_the_merchant_pays(storefront: Storefront) -> None:
    assert COST not in str(odd(storefront, "0.0100"))


@pytest.mark.parametrize(
    ("total", "fine"), [("129.00", True), ("43.00", True), ("42.99", False), ("387", True), ("387.01", False)]
)
def test_a_total_lies_near_its_lines(storefront: Storefront, total: str, fine: bool) -> None:
    errors = odd(storefront, total=total)
    assert list(errors) == ([] if fine else ["total"])
    if not fine:
        assert "129.00" in errors["total"][0] and "factor of 3" in errors["total"][0]  # noqa: PT018
    Shop.objects.update(total_factor=None)
    assert odd(storefront, total=total) == {}


def test_a_total_is_compared_with_tax_where_it_is_known(storefront: Storefront) -> None:
    Shop.objects.update(tax_percent=100, total_factor=1)
    assert list(odd(storefront)) == ["total"]
    assert odd(storefront, total="258.00") == {}


def test_odd_prices_are_held_unless_the_shop_refuses_them(storefront: Storefront) -> None:
    line = {"sku": PEN, "quantity": 100, "unit_price": "0.01"}
    answer = storefront.place(build_order(lines=[line], total="0.10", currency="USD")).json()
    [hold] = answer["holds"]
    assert (answer["state"]["order"], hold["reason"]) == (OrderState.HELD, HoldReason.ODD_PRICE)
    assert set(hold["errors"]) == {"currency", "total"}
    assert not Push.objects.exists()


def test_a_cost_in_another_currency_is_no_cost(storefront: Storefront) -> None:
    """Neither a margin nor a loss can be said of 0.01 KWD and 0.70 EUR."""
    dollars = make_storefront("USD", currency="USD")
    answer = dollars.place(build_order(**{"currency": "USD", "lines.0.unit_price": "0.0100", "total": "61.00"}))
    assert answer.status_code == 201, answer.content
    assert [line.unit_cost for line in Order.objects.get().lines.all()] == [None, None]


@pytest.mark.parametrize(
    ("currency", "total", "kept"),
    [("KWD", "129.345", "129.345"), ("KWD", "129", "129.000"), ("JPY", "129", "129"), ("JPY", "129.00", "129"),
     ("EUR", "129.5", "129.50")],
)  # fmt: skip
def test_a_total_has_the_decimal_places_of_its_currency(
    storefront: Storefront, currency: str, total: str, kept: str
) -> None:
    storefront.shop.currency = currency
    storefront.shop.save()
    assert odd(storefront, total=total, currency=currency) == {}
    answer = storefront.get(f"orders/{Order.objects.get().pk}/").json()
    assert (answer["total"], answer["currency"]) == (kept, currency)


@pytest.mark.parametrize(("currency", "total"), [("JPY", "129.5"), ("EUR", "129.005")])
def test_a_total_with_more_decimal_places_than_its_currency_looks_wrong(
    storefront: Storefront, currency: str, total: str
) -> None:
    storefront.shop.currency = currency
    storefront.shop.save()
    [text] = odd(storefront, total=total, currency=currency)["total"]
    assert total in text and currency in text  # noqa: PT018


def test_express_is_taken_where_everything_is_offered_so(storefront: Storefront) -> None:
    lines = build_order()["lines"]
    for name in ("express_shipping", "express_production"):
        Variant.objects.update(express_available=False)
        body = build_order(**{name: True, "reference": name, "lines": lines})
        assert storefront.place(body).json()["errors"] == {name: [f"{CARD} is not offered as express."]}
        Variant.objects.update(express_available=True)
        assert storefront.place(body).status_code == 201


def test_what_left_the_sales_channels_is_not_sold_and_still_replaced(storefront: Storefront) -> None:
    Variant.objects.update(available=False)
    answer = storefront.place(build_order())
    assert answer.json()["errors"] == {"lines[0].sku": [f"{CARD} is not offered in sales channels."]}
    assert storefront.place(build_order(complaint=True)).status_code == 201


def test_test_products_are_ordered_in_the_vendors_sandbox_only(storefront: Storefront, settings: Any) -> None:
    make_variant("TEST", test_product=True, personalized=False)
    line = {"sku": "TEST", "quantity": 1, "unit_price": "1.29"}
    assert storefront.place(build_order(lines=[line])).status_code == 422
    assert storefront.get("catalog/products/", {"sku": "TEST"}).json()["results"][0]["variants"] == []
    settings.MYPROMO_SANDBOX = True
    assert storefront.place(build_order(lines=[line])).status_code == 201
    assert storefront.get("catalog/products/", {"sku": "TEST"}).json()["results"][0]["variants"][0]["orderable"]
