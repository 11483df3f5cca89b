"""What answers about the catalogue hold, and how they are asked for: names, parts, languages, tags, gzip, SKUs."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from backoffice.accounts.models import ApiKey
from catalog.models import Category, Product, ProductText, Relation, Variant, VariantText
from catalog.services.sync.reading import sync_catalog
from fulfillment.models import Carrier, State
from tests.api.storefront import CARD, PEN, SIGN, Storefront, make_variant
from tests.catalog.source import Catalog, make_product

LISTS = ("catalog/variants/", "catalog/products/", "catalog/categories/", "countries/", "states/", "carriers/")


def variant_of(storefront: Storefront, sku: str = CARD, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = storefront.get(f"catalog/variants/{sku}/", query).json()
    return found


def test_a_variant_shows_what_its_print_files_have_to_be(storefront: Storefront) -> None:
    sync_catalog(Catalog([make_product(1)]))
    shown = variant_of(storefront, "SKU-1-1")
    body, clip = shown["parts"]
    assert body == {
        "key": "body",
        "name": "Body of Pen",
        "printing_method": "digital",
        "width": 120.0,
        "height": 5.0,
        "bleed": 0.0,
        "pages": 1,
    }
    assert clip["key"] == "clip"
    assert {"kind": "samples", "sku": "TESTPRODUCT-SAMPLE", "name": "Testprodukt"} in shown["relations"]
    assert len(shown["media"]["images"]) == 2
    assert shown["media"]["documents"] == {"pdf": None, "indesign": None, "datasheet": None}
    assert shown["properties"][0] == {"property": "width", "value": 210}


def test_what_a_vendor_writes_wrongly_is_left_out_and_harms_nothing(storefront: Storefront, catalog) -> None:
    Variant.objects.filter(sku=CARD).update(
        parts=[
            1,
            {"key": None, "requirements": []},
            {"requirements": {"width": "120", "height": -1, "bleed": "1e400"}},
        ],
        properties=["x", {"value": {"a": [1]}}, {"name": "n", "value": 10**30}],
        media={"documents": {"pdf": "https://a.example/x.pdf", "other": "x"}, "images": []},
    )
    shown = variant_of(storefront)
    assert [(part["width"], part["height"], part["bleed"]) for part in shown["parts"]] == [
        (None, None, None),
        (120.0, None, None),
    ]
    assert shown["properties"][0] == {"property": "", "value": '{"a":[1]}'}
    assert shown["media"]["documents"]["pdf"] == "https://a.example/x.pdf"


def test_many_variants_come_at_once_and_by_their_skus(storefront: Storefront, catalog) -> None:
    page = storefront.get("catalog/variants/").json()
    assert [row["sku"] for row in page["results"]] == [SIGN, PEN, CARD]
    assert page["results"][-1] == variant_of(storefront)
    assert (page["next"], page["next_cursor"], page["resume_at"], page["removed"]) == (None, None, None, [])
    some = storefront.get("catalog/variants/", {"sku": [CARD, SIGN, "none"]}).json()["results"]
    assert {row["sku"] for row in some} == {CARD, SIGN}
    product = catalog[PEN].product_id
    assert [row["sku"] for row in storefront.get("catalog/variants/", {"product": product}).json()["results"]] == [PEN]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"test_product": True}, "test_product"),
        ({"active": False}, "inactive"),
        ({"orderable": False}, "no_fulfiller"),
        ({"available": False}, "not_offered"),
        ({}, None),
    ],
)
def test_why_it_cannot_be_ordered_is_a_code_too_and_intake_agrees(
    storefront: Storefront, catalog, fields: dict[str, bool], code: str | None
) -> None:
    from tests.api.storefront import build_order

    Variant.objects.filter(sku=PEN).update(**fields)
    shown = variant_of(storefront, PEN)
    assert (shown["orderable"], shown["not_orderable_code"]) == (code is None, code)
    order = build_order(lines=[{"sku": PEN, "quantity": 10, "unit_price": "1.29"}])
    assert (storefront.place(order).status_code == 201) == shown["orderable"]


def test_names_come_in_the_language_asked_for(storefront: Storefront, catalog) -> None:
    VariantText.objects.create(variant=catalog[CARD], language="FR", name="Carte")
    VariantText.objects.create(variant=catalog[CARD], language="IT", name="")
    ProductText.objects.create(product=catalog[CARD].product, language="FR", name="Cartes")

    def names(accepted: str = "", **query: str) -> tuple[str, str, str]:
        headers = {"Accept-Language": accepted} if accepted else {}
        get = storefront.client.get
        [variant] = get("/api/v1/catalog/variants/", {"sku": CARD} | query, headers=headers).json()["results"]
        [product] = get("/api/v1/catalog/products/", {"sku": CARD} | query, headers=headers).json()["results"]
        assert variant["name"] == get(f"/api/v1/catalog/variants/{CARD}/", query, headers=headers).json()["name"]
        return variant["name"], product["name"], product["variants"][0]["name"]

    main = (f"Variant {CARD}", f"Group {CARD}", f"Variant {CARD}")
    assert names() == names(lang="ZZ") == names(lang="IT") == names("zz, *;q=0.1") == main
    assert names(lang="fr") == names("fr-CA, de;q=0.5") == names("it, fr;q=0.8") == ("Carte", "Cartes", "Carte")
    assert names("fr;q=0.2, de;q=0.9")[0] == f"Variante {CARD}"
    assert [text["language"] for text in variant_of(storefront, lang="fr")["texts"]] == ["FR"]
    assert [text["language"] for text in variant_of(storefront)["texts"]] == ["DE", "FR", "IT"]


@pytest.mark.parametrize("sku", ["A/B", "A/quote", "Größe M / blau", "100%", "a b?c#d", "猫/🖊", "A//B", "-.A", "A/"])
def test_a_sku_of_any_characters_has_an_address(storefront: Storefront, sku: str) -> None:
    make_variant(sku)
    listed = storefront.get("catalog/variants/", {"sku": sku}).json()["results"]
    assert [row["sku"] for row in listed] == [sku]
    quoted = storefront.get(f"catalog/variants/{quote(sku, safe='')}/quote/", {"quantity": 1})
    assert (quoted.status_code, quoted.json()["sku"]) == (200, sku)
    if not sku.endswith("/quote"):
        assert variant_of(storefront, quote(sku, safe=""))["sku"] == sku
        assert variant_of(storefront, quote(sku, safe="/"))["sku"] == sku


@pytest.mark.parametrize("path", [*LISTS, f"catalog/variants/{CARD}/", f"catalog/variants/{CARD}/quote/?quantity=1"])
def test_an_answer_that_is_still_the_same_is_not_sent_again(storefront: Storefront, catalog, path: str) -> None:
    first = storefront.get(path)
    again = storefront.client.get(f"/api/v1/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert {"Authorization", "Accept-Language"} <= set(again.headers["Vary"].split(", "))
    assert again.headers["Cache-Control"] == "private, no-cache" or "private" in again.headers["Cache-Control"]


def test_a_tag_moves_with_what_is_shown_and_fits_a_packed_answer(storefront: Storefront, catalog) -> None:
    def get(**headers: str) -> Any:
        return storefront.client.get("/api/v1/catalog/variants/", headers=headers)

    packed = get(**{"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.content)) == get().json()
    tag = packed.headers["ETag"]
    assert get(**{"If-None-Match": tag}).status_code == 304
    assert get(**{"If-None-Match": f'"other", {tag}', "Accept-Encoding": "gzip"}).status_code == 304
    Variant.objects.filter(sku=CARD).update(available=False)
    assert get(**{"If-None-Match": tag}).status_code == 200
    refused = storefront.client.get("/api/v1/catalog/variants/?cursor=x", headers={"If-None-Match": "*"})
    assert refused.status_code == 400


def test_categories_are_a_tree_that_counts_each_product_once(storefront: Storefront, catalog) -> None:
    paths = {"Büro": [CARD], "Büro/Stifte": [PEN, CARD], "Büro/Stifte/Blau": [PEN], "Werbung//": [SIGN]}
    for path, skus in paths.items():
        category = Category.objects.create(vendor="mypromo", path=path)
        category.products.set(Product.objects.filter(variants__sku__in=skus))
    Category.objects.create(vendor="mypromo", path="Leer")
    catalog[SIGN].product.categories.add(Category.objects.create(vendor="other", path="Büro"))
    office, advertising = storefront.get("catalog/categories/").json()["results"]
    assert (office["name"], office["products"]) == ("Büro", 3)
    [pens] = office["children"]
    assert (pens["path"], pens["name"], pens["products"]) == ("Büro/Stifte", "Stifte", 2)
    assert [child["name"] for child in pens["children"]] == ["Blau"]
    assert advertising["children"][0]["children"] == [{"path": "Werbung//", "name": "", "products": 1, "children": []}]
    listed = storefront.get("catalog/products/", {"category": pens["path"]}).json()["results"]
    assert len(listed) == pens["products"]


def test_codes_of_countries_states_and_carriers_are_listed(storefront: Storefront, catalog) -> None:
    Carrier.objects.create(key="dhl", name="DHL", kind="parcel")
    State.objects.create(country=None, iso2="XX", name="Nowhere")
    [germany, states] = storefront.get("countries/").json()["results"]
    assert germany == {"code": "DE", "code3": "DEU", "name": "Germany", "state_mandatory": False}
    assert states["state_mandatory"] is True
    assert [row["code"] for row in storefront.get("states/").json()["results"]] == ["BE", "CA"]
    assert storefront.get("states/", {"country": "us"}).json()["results"] == [
        {"country": "US", "code": "CA", "name": "California"}
    ]
    assert storefront.get("carriers/").json()["results"] == [
        {"key": "dhl", "name": "DHL", "kind": "parcel", "available": True}
    ]


@pytest.mark.parametrize(("scope", "catalog_status"), [("orders:read", 403), ("catalog:read", 200)])
def test_codes_are_read_with_any_scope_and_the_catalogue_with_its_own(
    storefront: Storefront, catalog, scope: str, catalog_status: int
) -> None:
    ApiKey.objects.update(scopes=[scope])
    assert storefront.get("countries/").status_code == 200
    assert storefront.get("catalog/variants/").status_code == catalog_status
    assert Client().get("/api/v1/countries/").status_code == 401


def test_relations_to_variants_that_are_not_there_are_shown_all_the_same(storefront: Storefront, catalog) -> None:
    Relation.objects.create(variant=catalog[CARD], kind="up-selling", related_sku="ELSEWHERE", name="Other")
    assert variant_of(storefront)["relations"] == [{"kind": "up-selling", "sku": "ELSEWHERE", "name": "Other"}]
