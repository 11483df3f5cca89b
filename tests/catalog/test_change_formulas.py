"""Formulas for prices."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.services.formulas import (
    Formula,
    TierPrices,
    as_request,
    from_recommended,
    plus_percent,
    preview,
    rounded_to,
    tiers_of,
    with_margin,
)

PRICES = st.decimals(min_value="0.01", max_value="9999", places=2)


def tier(**prices: str) -> TierPrices:
    given_prices = {
        name: Decimal(prices[name]) if name in prices else None for name in ("purchase", "recommended", "sales")
    }
    return TierPrices(quantity=50, **given_prices)


@pytest.mark.parametrize(("percent", "after"), [("5", "10.50"), ("-5", "9.50"), ("0.01", "10.00"), ("33.333", "13.33")])
def test_plus_percent_rounds_half_up_to_the_cent(percent: str, after: str) -> None:
    assert plus_percent(Decimal(percent))(tier(sales="10.00")) == Decimal(after)


def test_small_prices_keep_four_digits() -> None:
    assert plus_percent(Decimal(5))(tier(sales="0.0321")) == Decimal("0.0337")


@pytest.mark.parametrize(
    ("ending", "before", "after"),
    [
        ("0.99", "9.96", "9.99"),
        ("0.99", "9.99", "9.99"),
        ("0.99", "10.00", "10.99"),
        ("0.95", "9.96", "10.95"),
        ("0.95", "0.40", "0.40"),
    ],
)
def test_prices_are_raised_to_the_next_ending(ending: str, before: str, after: str) -> None:
    assert rounded_to(Decimal(ending), plus_percent(Decimal(0)))(tier(sales=before)) == Decimal(after)


@given(purchase=PRICES, percent=st.integers(min_value=-50, max_value=95))
def test_a_margin_is_never_less_than_asked_for(purchase: Decimal, percent: int) -> None:
    price = with_margin(Decimal(percent))(TierPrices(1, purchase, None, None))
    assert price is not None
    assert (price - purchase) * 100 >= price * percent
    assert (price - Decimal("0.01") - purchase) * 100 < (price - Decimal("0.01")) * percent


def test_formulas_leave_tiers_alone_that_lack_what_they_reckon_with() -> None:
    bare = tier()
    assert plus_percent(Decimal(5))(bare) is None
    assert from_recommended()(bare) is None
    assert with_margin(Decimal(30))(bare) is None
    assert preview(with_margin(Decimal(30)), sku="A", tiers=[bare]) == []


@pytest.mark.parametrize("make", [lambda: plus_percent(Decimal(-100)), lambda: with_margin(Decimal(100))])
def test_formulas_that_leave_no_price_are_refused(make: Callable[[], Formula]) -> None:
    with pytest.raises(ValueError, match="price"):
        make()


def test_a_preview_shows_margins_and_becomes_a_wish() -> None:
    value = {"purchase": {"50": "5", "100": "4"}, "recommended": {"50": "12"}, "sales": {"50": "10", "100": "9.99"}}
    found = preview(rounded_to(Decimal("0.99"), from_recommended(Decimal(-10))), sku="A", tiers=tiers_of(value))
    assert [(row.quantity, row.before, row.after, row.margin) for row in found] == [
        (50, Decimal(10), Decimal("10.99"), Decimal("54.5")),
        (100, Decimal("9.99"), Decimal("10.99"), Decimal("63.6")),
    ]
    assert as_request(found) == {"sales": {"50": "10.99", "100": "10.99"}}
