"""The vendor's examples of stock, prices, texts and products, read as they are documented."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from backoffice.vendors.catalog_messages import TierData
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.listing_messages import PriceData, SearchData, SearchTexts, StockData
from backoffice.vendors.mypromo.catalog_pages import read_product
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak
from tests.vendors.mypromo.samples import sample


def test_stock_is_read(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("inventory.list.merchant.200.json")))
    assert list(mypromo.iter_stock()) == [
        StockData(sku="TESTPRODUCT123", available=True, managed=True, qty=14500),
        StockData(sku="TESTPRODUCT555", available=True, managed=False, qty=None),
        StockData(sku="TESTPRODUCT999", available=True, managed=True, qty=45010),
        StockData(sku="TESTPRODUCT777", available=True, managed=True, qty=0),
    ]
    assert server.seen[0].path == "/mypromo/v1/inventory?shipping_from=DE&page=1&per_page=250"


def test_prices_are_read_to_the_cent(speak: Speak) -> None:
    tiers = tuple(
        TierData(price_list, quantity, Decimal(price))
        for price_list, prices in (
            ("purchase", ("14.99", "12.99", "9.99")),
            ("recommended", ("114.99", "112.99", "19.99")),
            ("sales", ("100.99", "100.99", "14.99")),
        )
        for quantity, price in zip((50, 100, 200), prices, strict=True)
    )
    mypromo, _ = speak(reply(200, sample("prices.list.merchant.200.json")))
    assert list(mypromo.iter_prices()) == [
        PriceData(sku="TESTPRODUCT123", currency="EUR", tiers=tiers, order_min_qty=50, order_max_qty=200),
        PriceData(
            sku="TESTPRODUCT555",
            currency="EUR",
            tiers=tiers,
            order_min_qty=50,
            order_max_qty=10000,
            tier_price_qty_only=True,
        ),
    ]


def test_search_texts_are_read(speak: Speak) -> None:
    mypromo, _ = speak(reply(200, sample("seo.list.200.json")))
    assert list(mypromo.iter_search_texts()) == [
        SearchData(
            sku="TESTPRODUCT-CUSTOMIZE",
            defaults=SearchTexts(
                product_name="test name customize",
                product_description="test description customize",
                product_description_short="test description short",
                product_description_secondary="test description secondary",
                meta_title="test meta title",
                meta_keywords="test, meta, keywords",
                meta_description="test meta description",
            ),
            overwrites=SearchTexts(
                product_name="test name stock",
                product_description="test description stock",
                product_description_short="test description short stock",
                product_description_secondary="test description secondary stock",
            ),
        )
    ]


def test_rows_that_were_not_asked_for_are_left_out(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("inventory.list.merchant.200.json")))
    assert [row.sku for row in mypromo.iter_stock(sku="TESTPRODUCT999")] == ["TESTPRODUCT999"]
    assert "sku=TESTPRODUCT999" in server.seen[0].path


def test_a_product_that_does_not_exist_is_not_found(speak: Speak) -> None:
    mypromo, server = speak(reply(404, sample("products.get.404.json")))
    with pytest.raises(VendorNotFound, match="Not found"):
        mypromo.read_product("77", language="DE")
    assert server.seen[0].path == "/mypromo/v1/products/77?lang=DE"


@pytest.mark.parametrize("name", ["products.list.merchant.200", "products.get.200"])
def test_the_examples_of_products_are_read(name: str, speak: Speak) -> None:
    mypromo, _ = speak(reply(200, sample(name + ".json")))
    if "list" in name:
        (page,) = mypromo.iter_products(language="DE")
        (product,) = [listed.read() for listed in page.products]
    else:
        product = mypromo.read_product("1", language="DE")
    assert (product.vendor_id, product.name) == ("1", "Testproduct Group")
    assert "TESTPRODUCT123" in {variant.sku for variant in product.variants}


@pytest.mark.parametrize("available", [True, False])
def test_a_product_says_when_it_was_changed_and_whether_it_has_an_editor(available: bool) -> None:
    example = json.loads(sample("products.get.200.json"))
    for variant in example["variants"]:
        variant["editor"]["available"] = available
    product = read_product(json.dumps(example).encode())
    assert product.vendor_updated_at == datetime(2020, 2, 25, 23, 59, 59, tzinfo=UTC)
    assert product.vendor_created_at == product.vendor_updated_at
    assert {bool(variant.editor_intents) for variant in product.variants} == {available}
