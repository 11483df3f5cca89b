"""In which currency a shop sells: what it can be given, what it is quoted, and how amounts are written."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from backoffice.accounts.models import ApiKey, Shop
from backoffice.vendors.money import CURRENCIES, EXPONENTS, spell_total
from catalog.models import PriceTier, Variant
from tests.api.storefront import CARD, build_order, make_catalog, make_storefront, make_variant

KUWAIT = Path(__file__).parent.parent / "samples" / "reports" / "kuwait" / "values.json"


def make_shop(currency: str) -> Shop:
    """Make a shop by the command that a newcomer uses. Raise CommandError."""
    options = ("--shop", "NEW", "--name", "web", "--create-shop", "New", "--currency", currency)
    call_command("create_api_key", *options, stdout=io.StringIO())
    return Shop.objects.get(code="NEW")


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "New", "code": "NEW", "currency": "EUR", "language": "DE", "on_short_stock": "refuse",
        "on_odd_price": "hold", "least_margin_percent": "0", "total_factor": "3", "time_zone": "Europe/Berlin",
        "card_pause_days": "90", "cooling_off_seconds": "0", "duplicate_window_minutes": "10",
        "further_markets-TOTAL_FORMS": "0", "further_markets-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["EUR", "eur", "KWD", "JPY"])
def test_before_there_are_prices_a_shop_may_have_any_currency(currency: str) -> None:
    assert make_shop(currency).currency == currency.upper()


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["XXX", "EURO", "XAU", "ABC"])
def test_a_word_that_is_no_currency_is_refused(currency: str, admin_client: Client) -> None:
    with pytest.raises(CommandError, match=currency):
        make_shop(currency)
    answer = admin_client.post("/admin/backoffice/shop/add/", form(currency=currency))
    assert "currency" in answer.context["adminform"].form.errors
    assert not Shop.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_once_there_are_prices_a_shop_sells_in_their_currency(admin_client: Client) -> None:
    make_variant(CARD)
    with pytest.raises(CommandError, match="only in EUR"):
        make_shop("USD")
    answer = admin_client.post("/admin/backoffice/shop/add/", form(currency="usd"))
    assert "only in EUR" in str(answer.context["adminform"].form.errors["currency"])
    assert not Shop.objects.exists()
    assert admin_client.post("/admin/backoffice/shop/add/", form(currency="eur")).status_code == 302
    assert Shop.objects.get().currency == "EUR"
    # What is designed brings its own price.
    signs = form(code="SIGNS", currency="CHF", sign_integration_id="42")
    assert admin_client.post("/admin/backoffice/shop/add/", signs).status_code == 302


@pytest.mark.django_db
def test_a_shop_is_never_quoted_in_another_currency_than_its_own() -> None:
    make_catalog()
    dollars = make_storefront("USD", currency="USD")
    answer = dollars.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_price")
    assert answer.json()["detail"] == f"{CARD} has prices only in EUR, but the shop sells in USD."
    variant = dollars.get(f"catalog/variants/{CARD}/").json()
    assert (variant["currency"], variant["sales_prices"], variant["recommended_prices"]) == ("USD", [], [])
    Variant.objects.update(currency="USD")
    assert dollars.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100}).json()["currency"] == "USD"


@pytest.mark.django_db
@pytest.mark.parametrize(("currency", "total"), [("EUR", "1.04"), ("JPY", "1"), ("KWD", "1.037")])
def test_the_total_of_a_quote_is_one_that_an_order_may_have(currency: str, total: str) -> None:
    make_catalog()
    Variant.objects.update(currency=currency)
    PriceTier.objects.filter(price_list="sales").update(price="0.3457")
    shop = make_storefront("NEW", currency=currency)
    quote = shop.get(f"catalog/variants/{CARD}/quote/", {"quantity": 3}).json()
    assert (quote["unit_price"], quote["total"]) == ("0.3457", total)


@pytest.mark.django_db
def test_an_order_in_kuwaiti_dinars_keeps_its_three_decimal_places() -> None:
    values = json.loads(KUWAIT.read_text())
    make_catalog()
    Variant.objects.update(currency=values["currency"])
    shop = make_storefront("KW", currency=values["currency"], least_margin_percent=None)
    changes = {f"lines.{place}.unit_price": values["unit_price"] for place in (0, 1)}
    body = build_order(**changes, currency=values["currency"], total=values["total"])
    answer = shop.place(body)
    assert (answer.status_code, answer.json()["state"]["order"]) == (201, "released"), answer.content
    kept = shop.get(f"orders/{answer.json()['id']}/").json()
    assert (kept["currency"], kept["total"]) == (values["currency"], values["total"])
    assert kept["lines"][0]["unit_price"] == values["unit_price"]


@pytest.mark.django_db
def test_staff_see_amounts_with_their_currencys_decimal_places(admin_client: Client) -> None:
    make_catalog()
    for currency, total, shown in (("JPY", "1999", "1,999"), ("KWD", "1999.5", "1,999.500")):
        shop = make_storefront(currency, currency=currency, total_factor=None)
        order = shop.place(build_order(currency=currency, total=total)).json()
        page = admin_client.get(f"/admin/orders/order/{order['id']}/change/").content.decode()
        assert f"{shown}<" in page


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("189", "EUR", "189.00"), ("1999.000", "JPY", "1999"), ("12.34", "KWD", "12.340"), ("1.005", "EUR", "1.005"),
     ("1E+3", "EUR", "1000.00"), ("0", "JPY", "0")],
)  # fmt: skip
def test_totals_are_spelled_with_the_decimal_places_of_their_currency(amount: str, currency: str, text: str) -> None:
    assert spell_total(Decimal(amount), currency=currency) == text


def test_no_currency_that_is_sold_in_has_more_decimal_places_than_an_order_keeps() -> None:
    assert max(EXPONENTS.get(currency, 2) for currency in CURRENCIES) == 3
