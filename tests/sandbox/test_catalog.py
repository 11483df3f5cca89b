"""The catalogue: deterministic, awkward on purpose, flat in memory."""

import tracemalloc
from typing import Any

import pytest

from backoffice.sandbox import Options, Sandbox, running_sandbox
from backoffice.sandbox.mypromo.catalog import Catalogue
from backoffice.sandbox.mypromo.catalog_fixed import fixed_products
from tests.sandbox.client import Client


def _everything(merchant: Client, **query: Any) -> list[dict[str, Any]]:
    return list(merchant.get("v1/products", pagination="false", **query).json()["data"])


def _variants(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [variant for product in products for variant in product["variants"]]


def _catalogue(size: int, seed: int = 1) -> Catalogue:
    return Catalogue(options=Options(catalog_variants=size, catalog_seed=seed), fixed=fixed_products())


@pytest.mark.parametrize("size", [16, 17, 19, 20, 46, 300, 301, 2000])
def test_a_catalogue_has_exactly_the_size_asked_for(size: int) -> None:
    catalogue = _catalogue(size)
    variants = [v for n in range(catalogue.product_count) for v in catalogue.product(n).variants]
    assert len(variants) == len({v.sku for v in variants}) == len({v.id for v in variants}) == size
    assert all(catalogue.variant_count(n) > 0 for n in range(catalogue.product_count))


def test_every_variant_is_found_by_its_sku_and_its_number() -> None:
    catalogue = _catalogue(1000)
    for number in range(catalogue.product_count):
        for variant in catalogue.product(number).variants:
            assert catalogue.find(variant.sku) == variant
            assert catalogue.number_of(variant.id) == number
    assert catalogue.find("MP-F1-C0001001") is None
    assert catalogue.number_of(9_999_999) is None


def test_the_same_seed_makes_the_same_catalogue_and_another_another() -> None:
    first, same, other = (_catalogue(300, seed).product(40) for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_the_catalogue_is_as_awkward_as_the_real_one(merchant: Client) -> None:
    products = _everything(merchant, lang="DE")
    variants = _variants(products)
    texts = [v["descriptions"]["description"] for v in variants]
    names = [p["descriptions"]["name"] for p in products]
    clients = [c for v in variants for c in v["availability"]["clients"]]
    assert any("<script>" in text for text in texts)
    assert any("<strong>" in text for text in texts)
    assert any("ü" in name or "ß" in name for name in names)
    assert any(len(name) >= 200 for name in names)
    assert any("قلم" in name for name in names)
    assert {v["gtin"] is None for v in variants} == {True, False}
    assert {v["rules"]["tier_price_qty_only"] for v in variants} == {True, False}
    assert {v["test_product"] for v in variants} == {v["sample_product"] for v in variants} == {True, False}
    assert {v["available"] for v in variants} == {v["active"] for v in variants} == {True, False}
    assert {len(v["availability"]["clients"]) for v in variants} == {1, 2}
    assert {c["contract"]["status"] for c in clients if c["contract"]} >= {"ACCEPTED", "DECLINED", "REQUESTED"}
    assert any(c["contract"] is None for c in clients)
    assert any(c["stock"] == {"managed": True, "qty": 0} for c in clients)
    assert any(v["prices"]["recommended_retail_prices"] == [] for v in variants)
    assert any(v["shipping"]["express_available"] for v in variants)


def test_names_come_in_german_and_english(merchant: Client) -> None:
    german, english, other = (_everything(merchant, lang=lang)[8] for lang in ("DE", "EN", "FR"))
    assert (german["lang"], english["lang"], other["lang"]) == ("DE", "EN", "EN")
    assert german["descriptions"]["name"] != english["descriptions"]["name"] == other["descriptions"]["name"]


def test_pages_together_are_the_whole_list(merchant: Client) -> None:
    whole = [p["id"] for p in _everything(merchant)]
    first = merchant.get("v1/products", per_page=7).json()
    assert (first["meta"]["per_page"], first["meta"]["total"]) == ("7", len(whole))
    pages = [merchant.get("v1/products", per_page=7, page=n) for n in range(1, first["meta"]["last_page"] + 1)]
    assert [p["id"] for page in pages for p in page.json()["data"]] == whole
    assert pages[-1].json()["links"]["next"] is None
    assert pages[0].json()["links"]["next"].endswith("/v1/products?page=2")
    assert merchant.get("v1/products", per_page=7, page=999).json()["data"] == []


def test_pages_are_five_unless_asked_and_orders_at_most_fifteen(merchant: Client) -> None:
    for _ in range(17):
        merchant.draft()
    assert len(merchant.get("v1/products").json()["data"]) == 5
    assert len(merchant.get("v1/orders").json()["data"]) == 5
    assert len(merchant.get("v1/orders", per_page=250).json()["data"]) == 15
    assert len(merchant.get("v1/inventory", per_page=250).json()["data"]) == 250
    assert len(merchant.get("v1/orders", pagination="false").json()["data"]) == 17


@pytest.mark.parametrize(
    ("unpaged", "keys"), [("data", {"data"}), ("with_meta", {"data", "links", "meta"}), ("bare", None)]
)
def test_without_paging_the_answer_may_have_three_shapes(
    sandbox: Sandbox, merchant: Client, unpaged: str, keys: set[str] | None
) -> None:
    assert sandbox.settings.unpaged == "with_meta", "all examples of the document ask so and have links and meta"
    sandbox.settings.change(unpaged=unpaged)
    for path in ("v1/countries", "v1/products", "v1/orders"):
        answer = merchant.get(path, pagination="false").json()
        assert isinstance(answer, list) if keys is None else answer.keys() == keys
    countries = merchant.get("v1/countries", pagination="false").json()
    assert len(countries if keys is None else countries["data"]) == 251


def test_a_page_cap_holds_for_every_list(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.page_cap = 3
    assert len(merchant.get("v1/products", per_page=100).json()["data"]) == 3
    assert merchant.get("v1/countries", per_page=100).json()["meta"]["last_page"] == 84


def test_the_country_decides_which_products_are_listed(merchant: Client) -> None:
    german = {p["id"] for p in _everything(merchant)}
    austrian = {p["id"] for p in _everything(merchant, shipping_from="AT")}
    assert austrian
    assert austrian - german
    assert _everything(merchant, shipping_from="UK") == []


def test_filters_narrow_the_products(merchant: Client) -> None:
    (found,) = merchant.get("v1/products", sku="MP-F1-C0000003").json()["data"]
    assert "MP-F1-C0000003" in [v["sku"] for v in found["variants"]]
    assert merchant.get("v1/products", sku="NOPE").json()["data"] == []
    assert 0 < len(_everything(merchant, search="neon")) < 20
    assert all(any(v["available"] for v in p["variants"]) for p in _everything(merchant, available="true"))


def test_a_variants_number_answers_with_its_mother(merchant: Client) -> None:
    mother = _everything(merchant)[10]
    answer = merchant.get(f"v1/products/{mother['variants'][-1]['id']}").json()
    assert answer["id"] == mother["id"]
    assert [v["sku"] for v in answer["variants"]] == [v["sku"] for v in mother["variants"]]


def test_prices_say_the_same_in_products_and_prices(merchant: Client) -> None:
    (product,) = merchant.get("v1/products", sku="MP-F1-C0000003").json()["data"]
    variant = next(v for v in product["variants"] if v["sku"] == "MP-F1-C0000003")
    (row,) = merchant.get("v1/prices", sku="MP-F1-C0000003").json()["data"]
    assert row["prices"]["buying_prices"] == variant["prices"]["purchase_prices"]
    assert row["rules"] == variant["rules"]
    tiers = row["prices"]["buying_prices"]
    assert [t["price"] for t in tiers] == sorted((t["price"] for t in tiers), reverse=True)


def test_pictures_are_drawn(merchant: Client) -> None:
    images = {v["media"]["image"] for v in _variants(_everything(merchant))}
    assert len(images) > 50
    for url in images:
        answer = merchant.session.get(url, timeout=5)
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.text.startswith("<svg")
        assert "{" not in answer.text


def test_data_sheets_need_the_token(merchant: Client) -> None:
    sheets = [v["media"]["download_datasheet"] for v in _variants(_everything(merchant))]
    path = next(url for url in sheets if url).removeprefix(merchant.sandbox.url)
    assert merchant.get(path).content.startswith(b"%PDF-")
    assert merchant.request("GET", path, headers={"Authorization": ""}).status_code == 401
    assert merchant.get("v1/nothing").status_code == 404


def test_changes_show_everywhere(sandbox: Sandbox, merchant: Client) -> None:
    catalogue = sandbox.mypromo.catalogue
    changed = "2026-12-01T00:00:00.000000Z"
    catalogue.change("MP-F1-C0000003", price=99.5, available=False, name_en="Renamed", updated_at=changed)
    (product,) = merchant.get("v1/products", sku="MP-F1-C0000003").json()["data"]
    assert product["updated_at"] == changed
    assert "Renamed" in [v["descriptions"]["name"] for v in product["variants"]]
    (row,) = merchant.get("v1/prices", sku="MP-F1-C0000003").json()["data"]
    assert row["prices"]["buying_prices"][0]["price"] == 99.5
    assert merchant.get("v1/inventory", sku="MP-F1-C0000003").json()["data"][0]["available"] is False


def test_a_removed_product_is_gone_from_every_list(sandbox: Sandbox, merchant: Client) -> None:
    before = merchant.get("v1/products").json()["meta"]["total"]
    sandbox.mypromo.catalogue.removed.add(8)
    assert merchant.get("v1/products").json()["meta"]["total"] == before - 1
    assert merchant.get("v1/products/9").status_code == 404
    assert merchant.get("v1/prices", sku="MP-F1-C0000003").json()["data"] == []
    assert merchant.add(merchant.draft()).status_code == 422


def test_a_broken_product_spoils_only_itself(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.mypromo.catalogue.broken.add(8)
    assert [p["id"] for p in _everything(merchant) if p["variants"] is None] == [9]


def test_a_large_catalogue_streams_with_little_memory() -> None:
    with running_sandbox(catalog_variants=200_000) as sandbox:
        merchant = Client(sandbox)
        tracemalloc.start()
        with merchant.request("GET", "v1/products?pagination=false", stream=True, timeout=60) as answer:
            size = 0
            for piece in answer.iter_content(65536):
                size += len(piece)
                if size > 3_000_000:
                    break
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert size > 3_000_000
    assert peak < 15_000_000
