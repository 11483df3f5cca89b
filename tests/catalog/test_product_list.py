"""mypromo's product list, from bytes to our words and from page to page."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backoffice.vendors.catalog_messages import CatalogPage, ProductData, UnreadableProduct
from backoffice.vendors.errors import VendorAuthFailed, VendorNotFound, VendorProtocolError, VendorUnavailable
from backoffice.vendors.mypromo.catalog_pages import read_listing, read_page, read_product
from tests.catalog.source import SAMPLES, Catalog, Pages, make_product, sample_product


def read(product: dict[str, Any]) -> ProductData:
    return read_product(json.dumps(product).encode())


def read_all(catalog: Catalog) -> list[CatalogPage]:
    return list(catalog.iter_products(language="DE"))


def product_ids(pages: list[CatalogPage]) -> list[str]:
    return [product.vendor_id for page in pages for product in page.products]


def answering(*bodies: bytes) -> Catalog:
    """Run a server that returns these bodies one after the other, whatever page is asked for."""
    catalog = Catalog([])
    left = iter(bodies)
    catalog.client = Pages(lambda params: next(left, bodies[-1]))  # type: ignore[assignment]
    return catalog


def test_the_merchants_list_of_the_document_is_read_with_everything_in_it() -> None:
    listing = read_listing((SAMPLES / "products.list.merchant.200.json").read_bytes())
    [listed] = read_page(listing).products
    product = listed.read()
    assert (listing.last_page, listing.total, listed.vendor_id) == (1, 1, "1")
    assert product.categories == ("Büro", "Büro/Schreibgeräte")
    [variant] = product.variants
    assert (variant.sku, variant.vendor_id, variant.gtin) == ("TESTPRODUCT123", "10", "")
    assert variant.test_product
    assert variant.personalized
    assert [tier for tier in variant.tiers if tier.price_list == "purchase"] == [
        ("purchase", 50, Decimal("14.99")),
        ("purchase", 100, Decimal("12.99")),
        ("purchase", 200, Decimal("9.99")),
    ]
    assert len(variant.tiers) == 9
    assert variant.availabilities is not None
    [offer] = variant.availabilities
    assert (offer.available, offer.stock_managed, offer.stock_qty, offer.contract_state) == (True, False, 0, "accepted")
    assert {item["name"]: item["value"] for item in variant.properties} == {
        "width": 210,
        "height": 297,
        "depth": 1,
        "weight": 5,
        "color": "blue",
        "material": "Glossy plastic",
        "superdark": False,
        "diameter": 3.14159265359,
    }
    assert {relation.kind for relation in variant.relations} == {"related", "up-selling", "cross-selling", "samples"}


def test_the_single_product_of_the_document_lacks_stock_and_says_so() -> None:
    product = Catalog([]).read_product("1", language="DE")
    [variant] = product.variants
    assert not variant.active
    assert variant.availabilities is not None
    assert [(offer.fulfiller_id, offer.available, offer.stock_qty) for offer in variant.availabilities] == [
        ("1", None, None),
        ("2", None, None),
    ]
    assert [offer.contract_state for offer in variant.availabilities] == ["accepted", "declined"]


def test_the_fulfillers_list_of_the_document_is_read_too() -> None:
    listing = read_listing((SAMPLES / "products.list.fulfiller.200.json").read_bytes())
    assert [product.read().variants[0].sku for product in read_page(listing).products] == ["TESTPRODUCT123"]


def test_prices_called_buying_are_purchase_prices() -> None:
    product = sample_product()
    prices = product["variants"][0]["prices"]
    prices["buying_prices"] = prices.pop("purchase_prices")
    tiers = read(product).variants[0].tiers
    assert tiers[0] == ("purchase", 50, Decimal("14.99"))


def test_the_united_kingdom_has_its_iso_code() -> None:
    product = make_product(1, shipping={"shipping_from": "UK"})
    assert read(product).variants[0].shipping_from == "GB"


@pytest.mark.parametrize(
    "field",
    [name for name in sample_product()["variants"][0] if name not in ("id", "sku")],
)
@pytest.mark.parametrize("value", [None, [], "absent"], ids=["null", "empty", "absent"])
def test_any_field_but_the_identity_may_be_missing_or_null(field: str, value: object) -> None:
    product = sample_product()
    if value == "absent":
        del product["variants"][0][field]
    elif value is None or isinstance(product["variants"][0][field], dict | list):
        product["variants"][0][field] = value
    assert read(product).variants[0].sku == "TESTPRODUCT123"


def test_numbers_and_flags_may_come_as_text_and_ids_as_either() -> None:
    product = make_product(1, id="10", sku=12345, active="true", test_product=0, rules={"order_min_qty": "50"})
    product["variants"][0]["prices"]["purchase_prices"] = [{"qty": "50", "price": "14.990"}]
    [variant] = read(product).variants
    assert (variant.sku, variant.vendor_id, variant.active, variant.test_product) == ("12345", "10", True, False)
    assert variant.order_min_qty == 50
    assert variant.tiers[0] == ("purchase", 50, Decimal("14.990"))


@pytest.mark.parametrize(
    "changes",
    [
        {"sku": None},
        {"sku": ""},
        {"sku": "x" * 101},
        {"id": None},
        {"rules": {"order_min_qty": -1}},
        {"rules": {"order_min_qty": 2**31}},
        {"prices": {"purchase_prices": [{"qty": 1, "price": "NaN"}]}},
        {"prices": {"purchase_prices": [{"qty": 1, "price": -1}]}},
        {"prices": {"purchase_prices": [{"qty": 1, "price": 1e9}]}},
        {"prices": "none"},
    ],
    ids=repr,
)
def test_what_cannot_be_kept_makes_the_product_unreadable_by_name(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableProduct) as caught:
        read(make_product(7, **changes))
    assert caught.value.problem.product_id == "7"
    assert "cannot be read" in caught.value.problem.text


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'"x"', b"<html>", b"\xff", b'{"data": 1}', b'{"message": "x"}'])
def test_an_answer_that_is_no_list_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(VendorProtocolError):
        read_listing(body)


def test_a_fingerprint_changes_with_the_listing_only() -> None:
    first, again = (read_page(read_listing(json.dumps([sample_product()]).encode())).products[0] for _ in range(2))
    changed = read_page(read_listing(json.dumps([make_product(1)]).encode())).products[0]
    assert first.fingerprint == again.fingerprint != changed.fingerprint


def test_pages_are_read_to_the_last_whatever_their_size() -> None:
    catalog = Catalog([make_product(n) for n in range(1, 8)], per_page=3)
    pages = read_all(catalog)
    assert product_ids(pages) == [str(n) for n in range(1, 8)]
    assert [query["page"] for query in catalog.client.queries] == ["1", "2", "3"]  # type: ignore[attr-defined]
    assert {page.total for page in pages} == {7}


def test_a_bare_array_that_ignores_the_page_is_read_once() -> None:
    body = json.dumps([make_product(1), make_product(2)]).encode()
    assert product_ids(read_all(answering(body))) == ["1", "2"]


def test_without_meta_the_list_ends_at_an_empty_page() -> None:
    pages = [json.dumps({"data": data}).encode() for data in ([make_product(1)], [make_product(2)], [])]
    assert product_ids(read_all(answering(*pages))) == ["1", "2"]


def test_without_meta_the_list_ends_where_nothing_is_next() -> None:
    pages = [
        json.dumps({"data": [make_product(1)], "links": {"next": "x"}}).encode(),
        json.dumps({"data": [make_product(2)], "links": {"next": None}}).encode(),
        json.dumps({"data": [make_product(3)]}).encode(),
    ]
    assert product_ids(read_all(answering(*pages))) == ["1", "2"]


def test_links_that_name_no_next_page_say_nothing_about_it() -> None:
    pages = [json.dumps({"data": data, "links": {"first": "x"}}).encode() for data in ([make_product(1)], [])]
    assert product_ids(read_all(answering(pages[0], pages[1]))) == ["1"]
    assert read_listing(pages[0]).has_next is None


@pytest.mark.parametrize("numbers_pages", [False, True])
def test_a_server_that_knows_no_page_is_asked_by_offset_and_must_add_up(numbers_pages: bool) -> None:
    """`from` is an offset, or, as it might be read just as well, the number of a page."""
    products = [make_product(n) for n in range(1, 8)]

    def answer(params: dict[str, str]) -> bytes:
        start = int(params.get("from", 0)) * (3 if numbers_pages else 1)
        meta = {"total": 7, "last_page": 3}
        return json.dumps({"data": products[start : start + 3], "meta": meta}).encode()

    catalog = Catalog([])
    catalog.client = Pages(answer)  # type: ignore[assignment]
    pages = read_all(catalog)
    problems = [problem.text for page in pages for problem in page.problems]
    if numbers_pages:
        assert "the rest cannot be read" in problems[0]
    else:
        assert (product_ids(pages), problems) == ([str(n) for n in range(1, 8)], [])


def test_a_list_with_gaps_that_comes_as_an_object_is_a_list() -> None:
    body = json.dumps({"data": {"0": make_product(1), "2": make_product(2)}, "meta": {"last_page": 1}}).encode()
    assert product_ids(read_all(answering(body))) == ["1", "2"]


def test_a_server_that_repeats_itself_is_noticed_and_the_list_called_incomplete() -> None:
    body = json.dumps({"data": [make_product(1)], "meta": {"last_page": 5}}).encode()
    pages = read_all(answering(body))
    assert product_ids(pages) == ["1"]
    assert "repeats an earlier one" in pages[-1].problems[0].text


def test_one_page_that_fails_costs_only_itself() -> None:
    catalog = Catalog([make_product(n) for n in range(1, 7)])
    catalog.broken_pages[2] = b"<html>Bad gateway</html>"
    pages = read_all(catalog)
    assert product_ids(pages) == ["1", "2", "5", "6"]
    assert [problem.text[:11] for page in pages for problem in page.problems] == ["Page 2 of 3"]


def test_a_vendor_that_is_down_is_not_asked_for_every_page() -> None:
    catalog = Catalog([make_product(n) for n in range(1, 21)])
    catalog.broken_pages = {n: VendorUnavailable("down") for n in range(2, 11)}
    with pytest.raises(VendorUnavailable):
        read_all(catalog)
    assert len(catalog.client.queries) == 4  # type: ignore[attr-defined]


def test_refused_credentials_end_the_reading_at_once() -> None:
    catalog = Catalog([make_product(n) for n in range(1, 7)])
    catalog.broken_pages[2] = VendorAuthFailed("no")
    with pytest.raises(VendorAuthFailed):
        read_all(catalog)


def test_not_found_is_an_empty_list() -> None:
    catalog = Catalog([])
    catalog.broken_pages[1] = VendorNotFound("Not found.")
    assert product_ids(read_all(catalog)) == []


WRONG_ADDRESS = VendorNotFound("mypromo refused with HTTP 404.")


def test_a_404_of_a_wrong_address_is_no_empty_list() -> None:
    catalog = Catalog([make_product(1)])
    catalog.broken_pages[1] = WRONG_ADDRESS
    with pytest.raises(VendorNotFound):
        read_all(catalog)


def test_a_404_of_a_wrong_address_is_no_end_of_a_list_either() -> None:
    catalog = Catalog([make_product(n) for n in range(1, 4)])
    catalog.broken_pages[2] = WRONG_ADDRESS
    pages = read_all(catalog)
    assert product_ids(pages) == ["1", "2"]
    assert [problem.text[:11] for page in pages for problem in page.problems] == ["Page 2 of 2"]
