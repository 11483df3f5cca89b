"""Markets of a shop: which prices are read for them, what is quoted and sold in them; one market costs nothing."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.accounts.services.markets import Market, find_market
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import HasMarkets
from catalog.models import MarketPrices, Variant
from catalog.models.sync import SyncState
from orders.models import HoldReason, Order
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront
from tests.catalog.source import Catalog, Product, make_product
from tests.catalog.sync_runs import sync, versions
from tests.catalog.test_currencies import form

pytestmark = pytest.mark.django_db
SKU = "SKU-1-1"


def in_currency(product: Product, currency: str, *, factor: float = 1) -> Product:
    """Return the product as it is listed in another currency."""
    product = copy.deepcopy(product)
    for variant in product["variants"]:
        prices = variant["prices"]
        prices["currency"] = currency
        for tiers in (tiers for name, tiers in prices.items() if name != "currency"):
            for tier in tiers:
                tier["price"] = round(tier["price"] * factor, 2)
    return product


def from_country(product: Product, country: str) -> Product:
    """Return the product as made in that country only."""
    product = copy.deepcopy(product)
    for variant in product["variants"]:
        for client in variant["availability"]["clients"]:
            client["shipping_from"] = country
    return product


def market(shop: Shop, currency: str, shipping_from: str = "", *countries: str) -> FurtherMarket:
    return FurtherMarket.objects.create(
        shop=shop, currency=currency, shipping_from=shipping_from, countries=list(countries)
    )


@pytest.fixture
def storefront() -> Storefront:
    return make_storefront()


@pytest.fixture
def catalog() -> Catalog:
    """Return a catalogue of two products, listed in dollars too at twice the figure."""
    products = [make_product(1, variants=2), make_product(2)]
    catalog = Catalog(products)
    catalog.elsewhere["USD", "DE"] = [in_currency(product, "USD", factor=2) for product in products]
    return catalog


def quote(storefront: Storefront, sku: str = SKU, **query: Any) -> Any:
    return storefront.get(f"catalog/variants/{sku}/quote/", {"quantity": 100} | query)


def test_one_market_is_read_as_cheaply_as_ever(storefront: Storefront, catalog: Catalog) -> None:
    sync(catalog)
    assert [sorted(query) for query in catalog.client.queries] == [["lang", "page", "per_page", "shipping_from"]]  # type: ignore[attr-defined]
    assert not MarketPrices.objects.exists()
    with CaptureQueriesContext(connection) as queries:
        assert quote(storefront).status_code == 200
    assert not [query for query in queries if "marketprices" in query["sql"]]


def test_another_currency_is_read_beside_and_changes_nothing_of_the_first(
    storefront: Storefront, catalog: Catalog
) -> None:
    sync(catalog)
    before, changed_at = versions(), list(Variant.objects.order_by("pk").values_list("changed_at", flat=True))
    market(storefront.shop, "USD")
    run = sync(catalog)
    assert (run.state, run.counts["market_prices"]) == (SyncState.DONE, 3)
    # Rows of variants and products are stamped for storefronts, and as they were otherwise.
    assert {name for name, rows in versions().items() if rows != before[name]} == {"product", "variant"}
    assert list(Variant.objects.order_by("pk").values_list("changed_at", flat=True)) == changed_at
    usual, dollars = quote(storefront).json(), quote(storefront, currency="USD").json()
    assert (usual["currency"], dollars["currency"]) == ("EUR", "USD")
    assert Decimal(dollars["unit_price"]) == 2 * Decimal(usual["unit_price"])
    assert dollars["total"] == f"{Decimal(dollars['unit_price']) * 100:.2f}"


def test_a_second_run_writes_and_reads_nothing_and_what_is_gone_loses_its_prices(
    storefront: Storefront, catalog: Catalog
) -> None:
    market(storefront.shop, "USD")
    sync(catalog)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid FROM catalog_marketprices ORDER BY id")
        before = cursor.fetchall()
        assert sync(catalog).counts.get("market_prices", 0) == 0
        cursor.execute("SELECT id, ctid FROM catalog_marketprices ORDER BY id")
        assert cursor.fetchall() == before
    catalog.elsewhere["USD", "DE"].pop()
    newest = max(Variant.objects.values_list("revised_at", flat=True))
    sync(catalog)
    assert set(MarketPrices.objects.values_list("variant__sku", flat=True)) == {SKU, "SKU-1-2"}
    changed = Variant.objects.filter(revised_at__gt=newest).values_list("sku", flat=True)
    assert changed
    assert not set(changed) & {SKU, "SKU-1-2"}
    FurtherMarket.objects.all().delete()
    sync(catalog)
    assert not MarketPrices.objects.exists()


def test_a_variant_that_its_product_does_not_show_there_any_more_loses_its_prices(
    storefront: Storefront, catalog: Catalog
) -> None:
    market(storefront.shop, "USD")
    sync(catalog)
    newest = max(Variant.objects.values_list("revised_at", flat=True))
    catalog.elsewhere["USD", "DE"][0]["variants"].pop()
    sync(catalog)
    assert set(MarketPrices.objects.values_list("variant__sku", flat=True)) == {SKU, "SKU-2-1"}
    assert list(Variant.objects.filter(revised_at__gt=newest).values_list("sku", flat=True)) == ["SKU-1-2"]
    assert quote(storefront, "SKU-1-2", currency="USD").json()["code"] == "no_price"


def test_only_some_skus_leave_the_prices_of_others(storefront: Storefront, catalog: Catalog) -> None:
    market(storefront.shop, "USD")
    sync(catalog)
    catalog.elsewhere["USD", "DE"] = [in_currency(make_product(1, variants=2), "USD", factor=3)]
    sync(catalog, skus=(SKU,))
    assert MarketPrices.objects.count() == 3
    usual, dollars = quote(storefront).json(), quote(storefront, currency="USD").json()
    assert Decimal(dollars["unit_price"]) == 3 * Decimal(usual["unit_price"])


def test_a_vendor_that_answers_in_another_currency_gives_no_prices(storefront: Storefront, catalog: Catalog) -> None:
    """As one does that does not know the currency: figures in euros are never taken for pounds."""
    market(storefront.shop, "GBP")
    run = sync(catalog)
    assert run.state == SyncState.PARTIAL
    assert [problem["text"] for problem in run.errors] == [
        ("mypromo GBP: the vendor returned prices in EUR, not in GBP.")
    ]
    assert not MarketPrices.objects.exists()
    answer = quote(storefront, currency="GBP")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_price")
    assert "GBP" in answer.json()["detail"]


def test_a_listing_that_breaks_off_leaves_its_prices_and_the_rest_goes_on(
    storefront: Storefront, catalog: Catalog
) -> None:
    market(storefront.shop, "USD")
    sync(catalog)
    catalog.elsewhere["USD", "DE"][0] = {"id": 1, "variants": "nonsense"}
    assert sync(catalog).state == SyncState.PARTIAL
    assert MarketPrices.objects.count() == 3


def test_an_empty_listing_of_a_market_takes_nothing_away(storefront: Storefront, catalog: Catalog) -> None:
    market(storefront.shop, "USD")
    market(storefront.shop, "USD", "US", "US")
    catalog.elsewhere["USD", "US"] = [from_country(in_currency(make_product(3), "USD"), "US")]
    sync(catalog)
    before = set(MarketPrices.objects.values_list("variant__sku", "currency", "shipping_from"))
    assert before
    catalog.elsewhere = {listing: [] for listing in catalog.elsewhere}
    run = sync(catalog)
    assert run.state == SyncState.PARTIAL
    texts = {error["text"] for error in run.errors}
    assert "mypromo lists nothing that ships from US." in texts, texts
    assert "mypromo USD: the vendor lists nothing. The prices stay." in texts
    assert set(MarketPrices.objects.values_list("variant__sku", "currency", "shipping_from")) == before
    assert not Variant.objects.exclude(gone_at=None).exists()


@pytest.mark.parametrize(
    ("query", "status"), [({"currency": "CHF"}, 422), ({"currency": "eur"}, 400), ({"country": "Germany"}, 400)]
)
def test_what_the_shop_does_not_sell_in_is_not_quoted(
    storefront: Storefront, catalog: Catalog, query: dict[str, str], status: int
) -> None:
    sync(catalog)
    answer = quote(storefront, **query)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"] == {"currency": ["The shop sells in EUR, not in CHF."]}


def test_goods_of_another_country_come_in_for_the_market_that_ships_from_there(
    storefront: Storefront, catalog: Catalog
) -> None:
    french = from_country(make_product(3), "FR")
    catalog.elsewhere["EUR", "FR"] = [catalog.products[0], french]
    sync(catalog)
    assert not Variant.objects.filter(sku="SKU-3-1").exists()
    row = market(storefront.shop, "EUR", "FR", "FR", "BE")
    sync(catalog)
    variant = Variant.objects.get(sku="SKU-3-1")
    assert (variant.listed_from, variant.gone_at) == ("FR", None)
    assert Variant.objects.get(sku=SKU).listed_from == ""
    # Both are sold to France; what only ships from there is sold nowhere else.
    assert quote(storefront, "SKU-3-1", country="FR").status_code == 200
    assert quote(storefront, SKU, country="FR").status_code == 200
    assert quote(storefront, "SKU-3-1", country="DE").json()["code"] == "no_price"
    before = versions()
    sync(catalog)
    assert versions() == before
    row.delete()
    sync(catalog)
    variant.refresh_from_db()
    assert variant.gone_at is not None


def test_a_storefront_reads_the_prices_of_a_market_in_bulk(
    storefront: Storefront, catalog: Catalog, settings: Any
) -> None:
    settings.MYPROMO_SANDBOX = True  # the example's product is one for tests
    market(storefront.shop, "USD")
    sync(catalog)

    def read(**query: Any) -> tuple[list[dict[str, Any]], int]:
        with CaptureQueriesContext(connection) as queries:
            answer = storefront.get("catalog/variants/", query)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"], len(queries)

    (euros, usual), (dollars, once_more) = read(), read(currency="USD")
    assert {row["currency"] for row in euros} == {"EUR"}
    assert {row["currency"] for row in dollars} == {"USD"}
    both = [
        (row["sales_prices"][0]["price"], other["sales_prices"][0]["price"])
        for row, other in zip(euros, dollars, strict=True)
    ]
    assert all(Decimal(price) == 2 * Decimal(own) for own, price in both)
    assert once_more == usual + 1
    one = storefront.get(f"catalog/variants/{SKU}/", {"currency": "USD"}).json()
    assert one["sales_prices"] == next(row for row in dollars if row["sku"] == SKU)["sales_prices"]
    assert storefront.get("catalog/variants/", {"currency": "GBP"}).status_code == 422


def test_who_reads_changes_hears_of_prices_in_markets(storefront: Storefront, catalog: Catalog, settings: Any) -> None:
    settings.MYPROMO_SANDBOX = True  # the example's product is one for tests
    market(storefront.shop, "USD")
    sync(catalog)

    def changed(since: str) -> tuple[set[str], str]:
        page = storefront.get("catalog/variants/", {"updated_since": since, "currency": "USD"}).json()
        return {row["sku"] for row in page["results"]}, page["resume_at"]

    since = changed("1970-01-01T00:00:00Z")[1]
    catalog.elsewhere["USD", "DE"][1] = in_currency(make_product(2), "USD", factor=3)
    sync(catalog)
    found, since = changed(since)
    assert found == {"SKU-2-1"}
    catalog.elsewhere["USD", "DE"].pop()
    sync(catalog)
    assert changed(since)[0] == {"SKU-2-1"}


def place(storefront: Storefront, country: str, **changes: Any) -> Any:
    line = {"sku": PEN, "quantity": 100, "unit_price": "1.29"}
    state = "CA" if country == "US" else None
    own = {"recipient.country_code": country, "recipient.state_code": state, "lines": [line]}
    return storefront.place(build_order(**own | {"reference": f"R-{Order.objects.count()}"} | changes))


@pytest.fixture
def american(storefront: Storefront) -> Storefront:
    """Return a shop that sells in dollars to the United States, and what pens cost there."""
    make_catalog()
    market(storefront.shop, "USD", "", "US")
    MarketPrices.objects.create(
        variant=Variant.objects.get(sku=PEN), currency="USD", tiers={"purchase": {"100": "0.80"}, "sales": {"1": "1.5"}}
    )
    return storefront


def test_an_order_costs_what_its_market_does(american: Storefront) -> None:
    usual, dollars = place(american, "DE"), place(american, "US", currency="USD")
    assert [answer.json()["state"]["order"] for answer in (usual, dollars)] == ["released", "released"]
    assert [order.lines.get().unit_cost for order in Order.objects.order_by("pk")] == [Decimal("0.70"), Decimal("0.80")]


def test_an_order_outside_all_markets_looks_wrong(american: Storefront) -> None:
    hold = place(american, "DE", currency="USD").json()["holds"][0]
    assert hold["reason"] == HoldReason.ODD_PRICE
    assert hold["errors"]["currency"] == ["In USD the shop sells to US, not to DE."]
    assert place(american, "US", currency="GBP").json()["holds"][0]["errors"]["currency"] == [
        "The shop sells in EUR, USD, not in GBP."
    ]


def test_the_margin_is_that_of_the_market(american: Storefront) -> None:
    Shop.objects.update(least_margin_percent=40, on_odd_price="refuse")
    assert place(american, "DE").status_code == 201
    assert list(place(american, "US", currency="USD").json()["errors"]) == ["lines[0].unit_price"]


def test_what_is_made_elsewhere_only_is_not_sold_in_the_shops_own_market(american: Storefront) -> None:
    Variant.objects.filter(sku=PEN).update(listed_from="FR")
    assert "FR" in place(american, "DE").json()["errors"]["lines[0].sku"][0]


def test_further_markets_cost_an_order_two_queries_and_without_any_none(american: Storefront) -> None:
    def count(country: str, **changes: Any) -> int:
        place(american, country, **changes)
        with CaptureQueriesContext(connection) as queries:
            place(american, country, **changes)
        return len(queries)

    own = count("DE")
    # Its prices; a state is looked up, too.
    assert count("US", currency="USD") == own + 2
    FurtherMarket.objects.all().delete()
    # Which markets there are.
    assert count("DE") == own - 1


@pytest.mark.parametrize(
    ("currency", "country", "found"),
    [
        ("", "", "EUR"), ("EUR", "FR", "EUR FR"), ("", "FR", "EUR FR"), ("EUR", "DE", "EUR"), ("USD", "US", "USD"),
        ("USD", "", "USD"), ("USD", "DE", ""), ("GBP", "", ""), ("GBP", "GB", ""),
    ],
)  # fmt: skip
def test_a_market_is_found_by_currency_and_country(
    storefront: Storefront, currency: str, country: str, found: str
) -> None:
    market(storefront.shop, "EUR", "FR", "FR")
    market(storefront.shop, "USD", "", "US", "CA")
    got = find_market(storefront.shop, currency=currency, country=country)
    assert (" ".join(filter(None, got.listing)) if isinstance(got, Market) else "") == found


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([("usd", "", "")], ""), ([("USD", "fr", "us, ca")], ""), ([("XAU", "", "")], "currency"),
        ([("EUR", "FR", "")], "countries"), ([("USD", "", "US"), ("USD", "CN", "US, CA")], "countries"),
        ([("USD", "", ""), ("USD", "CN", "")], "countries"), ([("USD", "", "USA")], "countries"),
        ([("USD", "F1", "")], "shipping_from"), ([("USD", "", "US"), ("USD", "CN", "")], ""),
        ([("GBP", "ZZ", "")], "shipping_from"), ([("GBP", "", "GB, XX")], "countries"), ([("GBP", "uk", "UK")], ""),
    ],
)  # fmt: skip
def test_staff_give_a_shop_markets_of_which_an_order_has_one(
    admin_client: Client, rows: list[tuple[str, str, str]], field: str
) -> None:
    sent = {"further_markets-TOTAL_FORMS": str(len(rows)), "further_markets-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        names = ("currency", "shipping_from", "countries")
        sent |= {f"further_markets-{place}-{name}": value for name, value in zip(names, row, strict=True)}
    answer = admin_client.post("/admin/backoffice/shop/add/", form(**sent))
    if field:
        formset = answer.context["inline_admin_formsets"][0].formset
        assert [list(errors) for errors in formset.errors if errors] == [[field]]
        assert not Shop.objects.exists()
    else:
        assert answer.status_code == 302
        kept = FurtherMarket.objects.order_by("pk")
        assert [row.currency for row in kept] == [currency.upper() for currency, *_ in rows]
        assert kept.first().countries in ([], ["US", "CA"], ["US"], ["GB"])  # type: ignore[union-attr]


def test_the_page_of_a_variant_shows_the_prices_of_each_market(american: Storefront, admin_client: Client) -> None:
    variant = Variant.objects.get(sku=PEN)
    page = admin_client.get(f"/admin/catalog/variant/{variant.pk}/change/").content.decode()
    assert "Prices in USD" in page
    assert "$0.80" in page


def test_mypromo_is_asked_in_the_currency_and_from_the_country_of_a_market(sandbox: Sandbox) -> None:
    vendor = get_vendor("mypromo", HasMarkets, lane=Lane.CATALOG)
    listed = {
        (currency, country): [
            product.read() for page in vendor.iter_market(language="EN", currency=currency, shipping_from=country)
            for product in page.products
        ]
        for currency, country in (("EUR", ""), ("USD", ""), ("EUR", "AT"))
    }  # fmt: skip
    assert {variant.currency for product in listed["USD", ""] for variant in product.variants} == {"USD"}
    assert len(listed["EUR", ""]) == len(listed["USD", ""])
    austrian = {product.vendor_id for product in listed["EUR", "AT"]}
    assert austrian
    assert austrian != {product.vendor_id for product in listed["EUR", ""]}
