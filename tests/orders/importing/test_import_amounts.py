"""Amounts of a table: what stands beside them, and below nothing."""

import pytest

from backoffice.accounts.models import Shop
from tests.orders.importing.conftest import LINE, brought_in, complaints, csv_of, outcomes

pytestmark = pytest.mark.django_db


def test_an_amount_below_nothing_is_not_taken_for_one_above_unless_it_is_taken_off(shop: Shop) -> None:
    rows = [
        LINE | {"reference": "back", "unit_price": "-1.50"},
        LINE | {"reference": "less", "unit_price": "1.50", "discount": "-5.00", "total": "70.00"},
    ]
    table = brought_in(shop, csv_of(rows))
    assert outcomes(table)["back"] == "wrong"
    assert complaints(table)["back"] == {"2: unit_price": ["-1.50 is less than 0."]}
    assert "less" not in complaints(table)


def test_an_amount_in_another_currency_is_not_taken_for_one_of_the_order(shop: Shop) -> None:
    shop.currency = "EUR"
    shop.save()
    rows = [
        LINE | {"reference": "euro", "unit_price": "1,50 €", "total": "EUR 75.00", "currency": ""},
        LINE | {"reference": "dollar", "unit_price": "$1.50", "currency": ""},
        LINE | {"reference": "pound", "total": "75.00 GBP"},
    ]
    table = brought_in(shop, csv_of(rows))
    assert outcomes(table)["dollar"] == outcomes(table)["pound"] == "wrong"
    said = ["The order is in EUR."]
    assert complaints(table) == {"dollar": {"3: unit_price": said}, "pound": {"4: total": said}}
