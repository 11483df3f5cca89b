"""The catalogue as storefronts see it."""

from contextlib import AbstractContextManager
from datetime import datetime
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from catalog.models import Availability, Category, PriceTier, Variant
from catalog.services.sync.reading import sync_catalog
from tests.api.storefront import CARD, PEN, SIGN, Storefront, build_order, make_variant
from tests.catalog.source import Catalog, make_product


def test_products_are_listed_with_what_can_be_ordered(storefront: Storefront, catalog) -> None:
    Variant.objects.filter(sku=PEN).update(orderable=False)
    Variant.objects.filter(sku=SIGN).update(test_product=True)
    catalog[CARD].product.categories.add(Category.objects.create(vendor="mypromo", path="Print/Cards"))
    products = storefront.get("catalog/products/").json()["results"]
    shown = {variant["sku"]: variant["orderable"] for product in products for variant in product["variants"]}
    assert shown == {CARD: True, PEN: False}
    assert products[-1]["categories"] == ["Print/Cards"]


def test_what_is_gone_at_the_vendor_is_not_shown(storefront: Storefront, catalog) -> None:
    now = timezone.now()
    Variant.objects.filter(sku=PEN).update(gone_at=now)
    catalog[CARD].product.gone_at = now
    catalog[CARD].product.save()
    products = storefront.get("catalog/products/").json()["results"]
    assert [product["name"] for product in products] == [f"Group {SIGN}", f"Group {PEN}"]
    assert products[1]["variants"] == []
    assert storefront.get(f"catalog/variants/{PEN}/").status_code == 404


def test_products_are_found_by_sku_category_and_text(storefront: Storefront, catalog) -> None:
    catalog[CARD].product.categories.add(Category.objects.create(vendor="mypromo", path="Print/Cards"))

    def names(**query: str) -> list[str]:
        return [product["name"] for product in storefront.get("catalog/products/", query).json()["results"]]

    assert names(sku=CARD) == names(category="Print") == names(category="Print/Cards") == [f"Group {CARD}"]
    assert names(category="Pri") == names(sku="MP") == names(search="100%") == []
    assert names(search="n0000009") == [f"Group {SIGN}"]
    assert len(names(search="group")) == 3


def test_pages_of_products_show_each_once(storefront: Storefront, catalog) -> None:
    first = storefront.get("catalog/products/", {"page_size": 2}).json()
    second = storefront.client.get(f"/api/v1/catalog/products/?{urlsplit(first['next']).query}").json()
    assert len({product["id"] for product in first["results"] + second["results"]}) == 3
    assert second["next"] is None


def test_lists_and_variants_take_as_many_queries_whatever_their_size(
    storefront: Storefront, catalog, django_assert_num_queries
) -> None:
    with django_assert_num_queries(6):
        storefront.get("catalog/products/")
    for number in range(10):
        make_variant(f"MORE-{number}")
    with django_assert_num_queries(6):
        assert len(storefront.get("catalog/products/").json()["results"]) == 13
    with django_assert_num_queries(6):
        storefront.get(f"catalog/variants/{CARD}/")
    with django_assert_num_queries(4):
        storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 5})


def test_a_variant_shows_sales_prices_but_never_what_the_merchant_pays(storefront: Storefront, catalog) -> None:
    answer = storefront.get(f"catalog/variants/{CARD}/")
    variant = answer.json()
    assert variant["sales_prices"] == [{"quantity": 1, "price": "1.50"}, {"quantity": 100, "price": "1.29"}]
    assert variant["recommended_prices"][0] == {"quantity": 1, "price": "1.60"}
    assert variant["rules"] == {"order_min_qty": 1, "order_max_qty": 200_000, "tier_quantities_only": False}
    assert b"0.9" not in answer.content
    assert variant["texts"][0]["name"] == f"Variante {CARD}"


def test_texts_come_in_the_language_asked_for(storefront: Storefront, catalog) -> None:
    assert len(storefront.get(f"catalog/variants/{CARD}/", {"lang": "de"}).json()["texts"]) == 1
    assert storefront.get(f"catalog/variants/{CARD}/", {"lang": "FR"}).json()["texts"] == []
    assert storefront.get(f"catalog/variants/{CARD}/", {"lang": "german"}).status_code == 400


def test_properties_of_any_kind_are_shown(storefront: Storefront, catalog) -> None:
    values = ["rot", 3, 2.5, True, None]
    Variant.objects.filter(sku=CARD).update(properties=[{"name": f"p{value}", "value": value} for value in values])
    shown = storefront.get(f"catalog/variants/{CARD}/").json()["properties"]
    assert shown == [{"property": f"p{value}", "value": value} for value in values]


def test_properties_have_the_names_that_the_vendor_sent(storefront: Storefront) -> None:
    sync_catalog(Catalog([make_product(1, properties=[{"property": "diameter", "value": 3.5}])]))
    shown = storefront.get("catalog/variants/SKU-1-1/").json()["properties"]
    assert shown == [{"property": "diameter", "value": 3.5}]


@pytest.mark.parametrize(
    ("quantity", "unit_price", "total", "next_quantity"),
    [
        (1, "1.50", "1.50", 100),
        (99, "1.50", "148.50", 100),
        (100, "1.29", "129.00", None),
        (101, "1.29", "130.29", None),
    ],
)
def test_a_quote_takes_the_highest_tier_that_is_reached(
    storefront: Storefront, catalog, quantity: int, unit_price: str, total: str, next_quantity: int | None
) -> None:
    quote = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": quantity}).json()
    assert (quote["unit_price"], quote["total"], quote["price_list"]) == (unit_price, total, "sales")
    assert (quote["next_tier"] or {}).get("quantity") == next_quantity


def at(time: str) -> AbstractContextManager[object]:
    return patch("django.utils.timezone.now", return_value=datetime.fromisoformat(time))


def test_a_quote_says_when_it_is_shipped_where_the_vendor_says_how_long_it_takes(
    storefront: Storefront, catalog
) -> None:
    Variant.objects.filter(sku=CARD).update(shipping_earliest_days=1, shipping_latest_days=5)
    with at("2026-11-27T22:30:00Z"):  # Friday; for the shop in Berlin, too
        quote = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100}).json()
    assert (quote["ships_earliest"], quote["ships_latest"]) == ("2026-11-30", "2026-12-04")
    with at("2026-11-26T23:30:00Z"):  # Thursday, and Friday already for the shop
        quote = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100}).json()
    assert quote["ships_earliest"] == "2026-11-30"
    Variant.objects.filter(sku=CARD).update(shipping_earliest_days=None)
    assert storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100}).json()["ships_earliest"] is None


def test_a_quote_falls_back_on_the_recommended_price_and_says_so(storefront: Storefront, catalog) -> None:
    PriceTier.objects.filter(price_list="sales").delete()
    quote = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100}).json()
    assert (quote["price_list"], quote["unit_price"]) == ("recommended", "1.40")
    PriceTier.objects.all().delete()
    answer = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": 100})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_price")


@pytest.mark.parametrize(
    ("sku", "quantity", "status"),
    [
        (PEN, 9, 422),
        (PEN, 10, 200),
        (PEN, 1000, 200),
        (PEN, 1001, 422),
        (SIGN, 99, 422),
        (SIGN, 100, 200),
        (SIGN, 500, 200),
    ],
)
def test_a_quantity_that_cannot_be_ordered_gets_no_quote(
    storefront: Storefront, catalog, sku: str, quantity: int, status: int
) -> None:
    answer = storefront.get(f"catalog/variants/{sku}/quote/", {"quantity": quantity})
    assert answer.status_code == status
    if status == 422:
        assert str(quantity) in answer.json()["errors"]["quantity"][0]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "x", "", "2147483648", "9" * 400])
def test_a_quantity_that_is_no_quantity_is_refused(storefront: Storefront, catalog, quantity: str) -> None:
    answer = storefront.get(f"catalog/variants/{CARD}/quote/", {"quantity": quantity})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"quantity"}
    assert storefront.get(f"catalog/variants/{CARD}/quote/").status_code == 400


def test_stock_is_shown_less_what_open_orders_take(storefront: Storefront, catalog, django_assert_num_queries) -> None:
    """By shops that refuse what is not there; others take orders all the same."""

    def seen() -> list[object]:
        variant = storefront.get(f"catalog/variants/{PEN}/").json()
        quote = storefront.get(f"catalog/variants/{PEN}/quote/", {"quantity": 60}).json()
        listed = storefront.get("catalog/products/", {"sku": PEN}).json()["results"][0]["variants"][0]
        assert variant["orderable"] == (not variant["not_orderable"]) == listed["orderable"]
        assert quote["orderable"] == (not quote["not_orderable"])
        return [variant["in_stock"], variant["orderable"], quote["orderable"]]

    assert seen() == [None, True, True]
    for fulfiller, pieces in (("1", 60), ("2", 40)):
        Availability.objects.create(variant=catalog[PEN], fulfiller_id=fulfiller, stock_managed=True, stock_qty=pieces)
    assert seen() == [60, True, True]
    line = {"sku": PEN, "quantity": 50, "unit_price": "1.29"}
    assert storefront.place(build_order(lines=[line])).status_code == 201
    assert seen() == [50, True, False]
    assert storefront.place(build_order(lines=[line | {"quantity": 45}], reference="R-2")).status_code == 201
    assert seen() == [5, False, False]
    with django_assert_num_queries(7):
        storefront.get("catalog/products/")
    Shop.objects.update(on_short_stock="backorder")
    assert seen() == [5, True, True]


def test_why_something_cannot_be_ordered_is_said(storefront: Storefront, catalog) -> None:
    Variant.objects.filter(sku=PEN).update(available=False)
    answer = storefront.get(f"catalog/variants/{PEN}/").json()
    assert (answer["orderable"], answer["not_orderable"]) == (False, f"{PEN} is not offered in sales channels.")


def test_what_we_make_for_others_is_not_in_the_catalogue_of_shops(storefront: Storefront, catalog) -> None:
    """The account of a fulfiller has a catalogue of its own, with SKUs that the merchant's has too."""
    for variant in (catalog[CARD], make_variant("ONLY-OURS")):
        category = Category.objects.create(vendor="mypromo-fulfiller", path=f"Ours/{variant.sku}")
        variant.product.categories.add(category)
        for row in (variant, variant.product):
            row.vendor = "mypromo-fulfiller"
            row.save()
    make_variant(CARD, name="The merchant's")
    listed = storefront.get("catalog/variants/", {"sku": [CARD, "ONLY-OURS"]}).json()["results"]
    assert [(row["sku"], row["name"]) for row in listed] == [(CARD, "The merchant's")]
    assert storefront.get(f"catalog/variants/{CARD}/").json()["name"] == "The merchant's"
    assert storefront.get("catalog/variants/ONLY-OURS/quote/", {"quantity": 100}).status_code == 404
    assert not [row for row in storefront.get("catalog/products/").json()["results"] if row["categories"]]
    assert storefront.get("catalog/categories/").json()["results"] == []
