"""Prices of a further market: compared, approved, sent and read back in its currency, and never mixed with others."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.accounts.services.markets import Market
from backoffice.errors import Conflict, InvalidInput
from backoffice.vendors.errors import VendorProtocolError
from catalog.models import (
    ChangeKind,
    ChangeSet,
    ChangeSetState,
    ChangeSource,
    ChangeState,
    MarketPrices,
    PriceTier,
    Product,
    Snapshot,
    Variant,
)
from catalog.services.change_sets import market_reading
from catalog.services.change_sets.approval import approve_change_set
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.restoring import restore
from catalog.services.price_markets import get_price_market, market_key, price_markets
from catalog.services.tables.exporting import export_rows
from catalog.services.tables.importing import accept_table, draft_import, read_import
from tests.catalog.change_desk import MERCHANT, Desk

pytestmark = pytest.mark.django_db
USD = Market("USD")


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop.objects.create(code="WEB", name="Web shop")
    FurtherMarket.objects.create(shop=shop, currency="USD", shipping_from="", countries=[])
    return shop


def listed(sku: str, **prices: dict[str, dict[str, str]]) -> Variant:
    """Make a variant that is listed in euros, with prices of further markets."""
    product = Product.objects.create(
        vendor=MERCHANT, vendor_id=sku, changed_at=timezone.now(), created_at=timezone.now()
    )
    variant = Variant.objects.create(
        product=product, vendor=MERCHANT, vendor_id=sku, sku=sku, changed_at=timezone.now(), created_at=timezone.now()
    )
    PriceTier.objects.create(variant=variant, price_list="sales", quantity=50, price=Decimal(4))
    for currency, tiers in prices.items():
        MarketPrices.objects.create(variant=variant, currency=currency, tiers=tiers)
    return variant


def dollars(desk: Desk, sku: str) -> dict[str, str]:
    """Return the sales prices in dollars that the vendor lists."""
    data = next(iter(market_reading.read_market(_vendor(), USD, sku=sku)))
    return {str(tier.quantity): str(tier.price) for tier in data.tiers if tier.price_list == "sales"}


def _vendor() -> Any:
    from backoffice.engine.models.push import Lane
    from backoffice.engine.services.integrations import get_vendor
    from backoffice.vendors.abilities import HasMarkets

    return get_vendor(MERCHANT, HasMarkets, lane=Lane.READS)


def test_prices_of_a_market_are_sent_and_read_back_in_its_currency_and_others_stay(desk: Desk, shop: Shop) -> None:
    [sku] = desk.skus(1)
    before, [quantity, *_more] = desk.sales([sku]), dollars(desk, sku)
    variant = listed(sku, USD={"sales": {quantity: "9.99"}, "purchase": {"1": "1"}})

    done = desk.push(desk.make({sku: {"sales": {quantity: "77.70"}}}, market=USD))

    assert (done.state, done.currency, done.changes.get().state) == (
        ChangeSetState.VERIFIED,
        "USD",
        ChangeState.VERIFIED,
    )
    assert done.changes.get().after == {"currency": "USD", "sales": {quantity: "77.70"}}
    assert Decimal(dollars(desk, sku)[quantity]) == Decimal("77.70")
    assert desk.sales([sku]) == before
    assert MarketPrices.objects.get().tiers == {"sales": {quantity: "77.70"}, "purchase": {"1": "1"}}
    assert variant.tiers.get().price == Decimal(4)
    back = desk.push(restore(done, actor="author"))
    assert (back.state, back.currency) == (ChangeSetState.VERIFIED, "USD")
    assert Decimal(dollars(desk, sku)[quantity]) != Decimal("77.70")


def test_the_margin_is_guarded_by_what_it_costs_in_the_markets_currency(desk: Desk, shop: Shop) -> None:
    [sku] = desk.skus(1)
    cost = Decimal(str(desk.held(sku)["purchase_prices"][0]["price"]))
    quantity = str(desk.held(sku)["purchase_prices"][0]["qty"])
    # More than it costs in euros, less than in dollars: 1.08 for one.
    price = str((cost * Decimal("1.04")).quantize(Decimal("0.0001")))

    change_set = desk.check(desk.make({sku: {"sales": {quantity: price}}}, market=USD))

    assert "below_purchase" in [guard["code"] for guard in change_set.changes.get().guards]
    with pytest.raises(Conflict):
        approve_change_set(change_set, user=desk.boss)
    euros = desk.check(desk.make({sku: {"sales": {quantity: price}}}))
    assert "below_purchase" not in [guard["code"] for guard in euros.changes.get().guards]


def test_a_row_in_another_currency_is_refused_and_nothing_is_drafted(desk: Desk, shop: Shop) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.make({"A": {"currency": "EUR", "sales": {"50": "1.00"}}}, market=USD)
    assert refused.value.errors == {"A": ["The prices of this market are in USD, not in EUR."]}
    assert not ChangeSet.objects.exists()


def test_a_vendor_that_answers_in_another_currency_is_not_believed(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    [sku] = desk.skus(1)
    change_set = desk.make({sku: {"sales": {"50": "1.00"}}}, market=Market("SEK"))
    with pytest.raises(VendorProtocolError, match="the vendor returned prices in EUR, not in SEK"):
        desk.check(change_set)
    assert not Snapshot.objects.exists()
    assert ChangeSet.objects.get().state == ChangeSetState.DRAFT


def test_what_was_read_of_one_market_says_nothing_of_another(desk: Desk, shop: Shop) -> None:
    [sku] = desk.skus(1)
    for market in (None, USD):
        desk.check(desk.make({sku: {"sales": {"50": "999.00"}}}, market=market))
    rows = dict(Snapshot.objects.values_list("kind", "value"))
    assert {kind: value["currency"] for kind, value in rows.items()} == {
        "sales_prices": "EUR",
        "sales_prices@USD": "USD",
    }


def test_a_newer_set_replaces_one_under_way_in_the_same_currency_only(desk: Desk, shop: Shop) -> None:
    from catalog.services.pushing.comparing import _others

    made = {
        name: make_change_set(
            ChangeKind.SALES_PRICES, vendor=MERCHANT, rows={"A": {"sales": {"50": "2.00"}}}, title=name,
            source=ChangeSource.EDITOR, actor="author", market=market,
        )
        for name, market in (
            ("usual", None), ("usd", USD), ("usd-us", Market("USD", "US")), ("eur-us", Market("EUR", "US")),
        )
    }  # fmt: skip
    rivals = {name: {row.change_set.title for row in _others(one)} for name, one in made.items()}
    assert rivals == {"usual": {"eur-us"}, "eur-us": {"usual"}, "usd": {"usd-us"}, "usd-us": {"usd"}}


def test_only_markets_that_a_shop_has_can_be_edited(shop: Shop) -> None:
    assert [market_key(market) for market in price_markets(MERCHANT)] == ["USD"]
    assert get_price_market(MERCHANT, "USD") == USD
    assert price_markets(MERCHANT, kind=ChangeKind.FULFILLER_PRICES) == []
    with pytest.raises(InvalidInput, match="No shop sells in the market GBP"):
        get_price_market(MERCHANT, "GBP")


def test_the_editor_shows_edits_and_exports_the_prices_of_one_market(client: Client, shop: Shop) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    listed("A", USD={"sales": {"50": "9.99"}, "purchase": {"50": "3"}})
    listed("B")
    page = client.get(reverse("admin:catalog_changeset_prices") + "?market=USD")
    [row] = page.context["grid"].variants
    assert (row.variant.sku, [cell.current for cell in row.tiers[0].cells]) == ("A", ["3.00", "", "9.99"])
    assert "all prices in USD" in page.content.decode()

    body = {"kind": "sales_prices", "market": "USD", "rows": {"A": {"sales": {"50": "8.50"}}}}
    save = reverse("admin:catalog_changeset_prices_save")
    assert client.post(save, json.dumps(body), content_type="application/json").status_code == 200
    assert ChangeSet.objects.get().currency == "USD"
    drafts = [
        client.get(reverse("admin:catalog_changeset_prices") + query).context["drafts"] for query in ("", "?market=USD")
    ]
    assert [len(found) for found in drafts] == [0, 1]
    gone = body | {"market": "GBP"}
    assert client.post(save, json.dumps(gone), content_type="application/json").status_code == 400

    export = client.get(reverse("admin:catalog_tableimport_export") + "?kind=sales_prices&format=csv&market=USD")
    table = b"".join(export.streaming_content).decode()
    assert "USD" in table
    assert "EUR" not in table
    assert "sales_prices-USD-" in export["Content-Disposition"]


def test_a_table_of_a_market_is_compared_with_its_prices_and_drafted_for_it(shop: Shop) -> None:
    listed("A", USD={"sales": {"50": "9.99"}})
    rows = list(export_rows(ChangeKind.SALES_PRICES, vendor=MERCHANT, variants=Variant.objects.all(), market=USD))
    assert [(row[0], row[2], row[6]) for row in rows] == [("A", "USD", Decimal("9.99"))]

    def uploaded(currency: str, price: str) -> Any:
        content = f"sku,currency,quantity,sales\nA,{currency},50,{price}\n".encode()
        return read_import(
            accept_table(
                content,
                file_name="a.csv",
                kind="sales_prices",
                vendor=MERCHANT,
                clear_blanks=False,
                actor="mara",
                market=USD,
            )
        )

    assert uploaded("USD", "9.99").counts["changed"] == 0
    assert "in USD, not in EUR" in uploaded("EUR", "8.00").problems[0]["text"]
    change_set = draft_import(uploaded("USD", "8.00"), actor="mara")
    assert (change_set.currency, change_set.changes.get().requested) == (
        "USD",
        {"currency": "USD", "sales": {"50": "8.00"}},
    )
