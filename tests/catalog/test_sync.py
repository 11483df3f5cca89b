"""The catalogue on its way into our tables: what is written, what is left alone, what is told."""

import copy
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.vendors.errors import VendorUnavailable
from catalog.models import Availability, PriceTier, Product, SyncRun, Variant, VariantChange, VariantText
from catalog.models.sync import SyncState
from catalog.services.runs import SyncRunning
from catalog.services.sync import reading
from catalog.services.sync.reading import SyncOptions, sync_catalog
from tests.catalog.source import Catalog, make_product

pytestmark = pytest.mark.django_db
SEEN = ("catalog_seenproduct", "catalog_seensku")


def sync(catalog: Catalog, **options: Any) -> SyncRun:
    return sync_catalog(catalog, options=SyncOptions(**options))


def synced(*products: dict[str, Any], **settings: Any) -> Catalog:
    """A catalogue that was brought in once."""
    catalog = Catalog(list(products), **settings)
    assert sync(catalog).state == SyncState.DONE
    return catalog


def versions() -> dict[str, list[tuple[Any, ...]]]:
    """PostgreSQL's own mark of when each row was written, per table: it moves with every write, however small."""
    found = {}
    with connection.cursor() as cursor:
        for table in ("product", "producttext", "variant", "varianttext", "pricetier", "availability", "relation"):
            cursor.execute(f"SELECT id, ctid FROM catalog_{table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def changes() -> list[tuple[str, str, Any]]:
    rows = VariantChange.objects.order_by("pk").values_list("variant__sku", "kind", "detail")
    return [tuple(row) for row in rows]


def purchase_prices(*tiers: tuple[int, float]) -> dict[str, Any]:
    return {"currency": "EUR", "purchase_prices": [{"qty": qty, "price": price} for qty, price in tiers]}


def test_everything_of_a_product_arrives() -> None:
    run = sync(Catalog([make_product(1, variants=2)]))
    assert (run.state, run.seen, run.total) == (SyncState.DONE, 1, 1)
    assert run.counts["new"] == 2
    product = Product.objects.get(vendor="mypromo", vendor_id="1")
    assert sorted(product.categories.values_list("path", flat=True)) == ["Büro", "Büro/Schreibgeräte"]
    variant = product.variants.get(sku="SKU-1-1")
    assert (variant.name, variant.order_min_qty, variant.order_max_qty, variant.orderable) == (
        "Testprodukt",
        50,
        5000,
        True,
    )
    tiers = variant.tiers.filter(price_list="purchase").order_by("quantity").values_list("quantity", "price")
    assert list(tiers) == [(50, Decimal("14.99")), (100, Decimal("12.99")), (200, Decimal("9.99"))]
    assert variant.tiers.count() == 9
    assert variant.availabilities.get().contract_state == "accepted"
    assert variant.texts.get().description_secondary == "Beschreibung zwei Testprodukt"
    assert variant.relations.filter(kind="samples").get().related_sku == "TESTPRODUCT-SAMPLE"
    assert {"name": "diameter", "value": 3.14159265359} in variant.properties


def test_the_first_run_tells_no_changes() -> None:
    synced(make_product(1))
    assert changes() == []


@pytest.mark.parametrize("full", [False, True])
def test_a_second_run_over_the_same_writes_no_row(full: bool) -> None:
    catalog = synced(make_product(1, variants=2), make_product(2), other_languages=("EN",))
    before = versions()
    run = sync(catalog, full=full)
    assert versions() == before
    assert run.counts["unchanged"] == 3
    assert changes() == []


@pytest.mark.parametrize(
    "value", [1e300, -1.5e-300, 1e22, -0.0, 0.1, 10**30, True, "1e300", None, [1e300], {"a": 1e300}]
)
def test_a_property_that_postgresql_writes_in_another_way_is_unchanged(value: Any) -> None:
    catalog = synced(make_product(1, properties=[{"property": "size", "value": value}]))
    before = versions()
    run = sync(catalog, full=True)
    assert (run.counts.get("changed", 0), run.counts["unchanged"]) == (0, 1)
    assert versions() == before
    catalog.products[0]["variants"][0]["properties"] = [{"property": "size", "value": 1e299}]
    assert sync(catalog, full=True).counts["changed"] == 1


def test_a_listing_that_only_looks_different_moves_no_variant() -> None:
    catalog = synced(make_product(1))
    before = versions()
    variant = catalog.products[0]["variants"][0]
    variant["updated_at"] = "2030-01-01T00:00:00.000000Z"
    variant["prices"]["sales_prices"].reverse()
    run = sync(catalog)
    after = versions()
    assert {name for name in before if before[name] != after[name]} == {"producttext"}
    assert run.counts["unchanged"] == 1


def test_only_the_variant_that_changed_is_written() -> None:
    catalog = synced(make_product(1, variants=3))
    before = dict(versions()["variant"])
    catalog.products[0]["variants"][1]["gtin"] = "4006381333931"
    run = sync(catalog)
    after = dict(versions()["variant"])
    changed = Variant.objects.get(sku="SKU-1-2")
    assert [pk for pk in before if before[pk] != after[pk]] == [changed.pk]
    assert (run.counts["changed"], run.counts["unchanged"]) == (1, 2)
    assert changes() == [("SKU-1-2", "changed", {"fields": {"gtin": ["", "4006381333931"]}})]
    assert run.finished_at is not None
    assert run.started_at <= changed.changed_at <= run.finished_at


def test_prices_that_move_are_told_as_dearer_and_cheaper_with_both_values() -> None:
    catalog = synced(make_product(1, prices=purchase_prices((50, 2), (100, 1.5), (200, 1))))
    catalog.products[0]["variants"][0]["prices"] = purchase_prices((50, 2.2), (100, 1.5), (200, 0.9))
    sync(catalog)
    assert changes() == [
        ("SKU-1-1", "dearer", {"tiers": [[50, "2.0000", "2.2000"]]}),
        ("SKU-1-1", "cheaper", {"tiers": [[200, "1.0000", "0.9000"]]}),
    ]
    assert PriceTier.objects.get(quantity=50).price == Decimal("2.2")


def test_a_tier_that_the_vendor_took_away_is_taken_away() -> None:
    catalog = synced(make_product(1, prices=purchase_prices((50, 2), (100, 1.5))))
    catalog.products[0]["variants"][0]["prices"] = purchase_prices((50, 2))
    sync(catalog)
    assert list(PriceTier.objects.values_list("quantity", flat=True)) == [50]
    assert changes() == [("SKU-1-1", "changed", {"parts": ["purchase prices"]})]


def test_the_unchanged_tiers_of_a_changed_variant_are_not_written() -> None:
    catalog = synced(make_product(1, prices=purchase_prices((50, 2), (100, 1.5))))
    before = dict(versions()["pricetier"])
    catalog.products[0]["variants"][0]["prices"] = purchase_prices((50, 2), (100, 1.4))
    sync(catalog)
    after = dict(versions()["pricetier"])
    assert [PriceTier.objects.get(pk=pk).quantity for pk in before if before[pk] != after[pk]] == [100]


@pytest.mark.parametrize(
    ("client", "orderable"),
    [
        ({"available": True}, True),
        ({}, True),
        ({"available": False}, False),
        ({"available": True, "contract": {"status": "declined"}}, False),
        ({"available": True, "contract": {"status": "ACCEPTED"}}, True),
        ({"available": None, "contract": None}, True),
    ],
)
def test_orderable_is_what_a_fulfiller_under_contract_offers(client: dict[str, Any], orderable: bool) -> None:
    sync(Catalog([make_product(1, availability={"clients": [{"id": 1} | client]})]))
    assert Variant.objects.get().orderable is orderable


def test_what_no_fulfiller_makes_or_is_switched_off_cannot_be_ordered() -> None:
    sync(Catalog([make_product(1, availability={"clients": []}), make_product(2, active=False)]))
    assert list(Variant.objects.values_list("orderable", flat=True)) == [False, False]


def test_an_offer_that_ends_is_told_as_unavailable() -> None:
    catalog = synced(make_product(1))
    catalog.products[0]["variants"][0]["availability"]["clients"][0]["available"] = False
    sync(catalog)
    assert [kind for _, kind, _ in changes()] == ["unavailable", "changed"]
    assert Availability.objects.get().available is False


def test_what_is_gone_is_marked_and_comes_back_whole() -> None:
    catalog = synced(make_product(1), make_product(2, variants=2))
    gone_product = catalog.products.pop(0)
    gone_variant = catalog.products[0]["variants"].pop(0)
    run = sync(catalog)
    assert run.counts["gone"] == 2
    gone = Variant.objects.exclude(gone_at=None).order_by("sku")
    assert [variant.sku for variant in gone] == ["SKU-1-1", "SKU-2-1"]
    assert not any(variant.orderable for variant in gone)
    assert list(Product.objects.exclude(gone_at=None).values_list("vendor_id", flat=True)) == ["1"]
    assert Variant.objects.get(sku="SKU-1-1").tiers.count() == 9

    catalog.products.append(gone_product)
    catalog.products[0]["variants"].append(gone_variant)
    run = sync(catalog)
    assert run.counts["back"] == 2
    assert not Variant.objects.exclude(gone_at=None).exists()
    assert not Product.objects.exclude(gone_at=None).exists()
    assert {(sku, kind) for sku, kind, _ in changes()} >= {("SKU-1-1", "gone"), ("SKU-1-1", "back")}


@pytest.mark.parametrize("cause", ["page", "empty", "down"])
def test_an_incomplete_list_marks_nothing_as_gone(cause: str) -> None:
    catalog = synced(make_product(1), make_product(2), make_product(3))
    if cause == "page":
        catalog.broken_pages[1] = b"oops"
        catalog.broken_pages[2] = b"[]"
        catalog.products = catalog.products[:1]
    elif cause == "empty":
        catalog.products = []
    else:
        catalog.broken_pages[2] = VendorUnavailable("down")
        catalog.broken_pages[3] = VendorUnavailable("down")
        catalog.broken_pages[4] = VendorUnavailable("down")
        catalog.products = [make_product(n) for n in range(10, 20)]
    run = sync(catalog)
    assert run.state in (SyncState.PARTIAL, SyncState.FAILED)
    assert run.errors
    assert not Variant.objects.exclude(gone_at=None).exists()


def test_an_unreadable_product_is_told_and_costs_nobody_else() -> None:
    catalog = synced(make_product(1), make_product(2), make_product(3))
    catalog.products[1]["variants"][0]["rules"] = "nonsense"
    catalog.products[2]["variants"][0]["gtin"] = "1"
    catalog.products.pop(0)
    run = sync(catalog)
    assert (run.state, run.counts["skipped"]) == (SyncState.PARTIAL, 1)
    [problem] = run.errors
    assert (problem["product"], problem["skus"]) == ("2", ["SKU-2-1"])
    assert "rules" in problem["text"]
    assert Variant.objects.get(sku="SKU-3-1").gtin == "1"
    # What cannot be read is still there; what is not listed is not.
    assert list(Variant.objects.exclude(gone_at=None).values_list("sku", flat=True)) == ["SKU-1-1"]


def test_a_product_that_the_database_refuses_is_left_out_of_its_batch() -> None:
    catalog = Catalog([make_product(1), make_product(2), make_product(3)])
    catalog.products[1]["categories"] = [{"name": "x" * 400}]
    catalog.products[1]["descriptions"]["name"] = "y" * 500
    catalog.products[1]["variants"][0]["prices"]["currency"] = "€€€"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_variant ADD CONSTRAINT no_signs CHECK (currency <> '€€€')")
    run = sync(catalog)
    assert run.state == SyncState.PARTIAL
    assert [problem["product"] for problem in run.errors] == ["2"]
    assert sorted(Variant.objects.values_list("sku", flat=True)) == ["SKU-1-1", "SKU-3-1"]


def test_a_sku_listed_twice_belongs_to_the_first_and_is_told_every_time() -> None:
    catalog = Catalog([make_product(1), make_product(2)])
    catalog.products[1]["variants"][0]["sku"] = "SKU-1-1"
    for _ in range(2):
        run = sync(catalog)
        assert run.counts["duplicates"] == 1
        assert [problem["skus"] for problem in run.errors] == [["SKU-1-1"]]
        assert Variant.objects.get(sku="SKU-1-1").product.vendor_id == "1"
    catalog.products.pop(0)
    sync(catalog)
    variant = Variant.objects.get(sku="SKU-1-1")
    assert (variant.product.vendor_id, variant.gone_at) == ("2", None)


def test_a_product_that_slid_onto_the_next_page_counts_once() -> None:
    catalog = Catalog([make_product(1), make_product(2), make_product(2), make_product(3)])
    run = sync(catalog)
    assert (run.state, run.counts["new"], run.counts["repeated"]) == (SyncState.DONE, 3, 1)


def test_a_variant_may_move_to_another_product() -> None:
    catalog = synced(make_product(1, variants=2), make_product(2))
    moved = catalog.products[0]["variants"].pop()
    catalog.products[1]["variants"].append(moved)
    run = sync(catalog)
    assert run.state == SyncState.DONE
    assert Variant.objects.get(sku="SKU-1-2").product.vendor_id == "2"
    assert Variant.objects.filter(gone_at=None).count() == 3


def test_other_languages_bring_their_texts_only() -> None:
    german = make_product(1)
    english = copy.deepcopy(german) | {"lang": "EN"}
    english["descriptions"]["name"] = "Test group"
    english["variants"][0]["descriptions"]["name"] = "Test product"
    english["variants"][0]["gtin"] = "999"
    catalog = Catalog([german], other_languages=("EN",))
    catalog.translations["EN"] = [english, make_product(9) | {"lang": "EN"}]
    sync(catalog)
    variant = Variant.objects.get()
    assert (variant.name, variant.gtin) == ("Testprodukt", "")
    assert dict(variant.texts.values_list("language", "name")) == {"DE": "Testprodukt", "EN": "Test product"}
    assert dict(variant.product.texts.values_list("language", "name")) == {
        "DE": "Testproduct Group",
        "EN": "Test group",
    }


def test_texts_in_another_language_than_asked_for_are_not_taken_for_translations() -> None:
    catalog = Catalog([make_product(1)], other_languages=("EN",))
    run = sync(catalog)
    assert run.counts["other_language"] == 1
    assert list(VariantText.objects.values_list("language", flat=True)) == ["DE"]


def test_one_language_alone_leaves_the_rest_as_it_is() -> None:
    catalog = synced(make_product(1), other_languages=("EN",))
    catalog.products[0]["variants"][0]["gtin"] = "1"
    catalog.translations["EN"] = [make_product(1) | {"lang": "EN"}]
    catalog.translations["EN"][0]["variants"][0]["descriptions"]["name"] = "New"
    sync(catalog, language="en")
    assert Variant.objects.get().gtin == ""
    assert VariantText.objects.get(language="EN").name == "New"


def test_a_single_sku_brings_in_its_product_and_marks_nothing_as_gone() -> None:
    catalog = synced(make_product(1), make_product(2), make_product(3))
    for product in catalog.products:
        product["variants"][0]["gtin"] = "1"
    catalog.products.pop(0)
    run = sync(catalog, skus=("SKU-3-1",))
    assert run.counts["changed"] == 1
    assert [query["sku"] for query in catalog.client.queries[-1:]] == ["SKU-3-1"]  # type: ignore[attr-defined]
    assert dict(Variant.objects.values_list("sku", "gtin")) == {"SKU-1-1": "", "SKU-2-1": "", "SKU-3-1": "1"}
    assert not Variant.objects.exclude(gone_at=None).exists()


def test_a_server_that_ignores_the_sku_is_not_believed() -> None:
    catalog = Catalog([make_product(1), make_product(2)])
    unfiltered = catalog.client.answer  # type: ignore[attr-defined]
    catalog.client.answer = lambda params: unfiltered(  # type: ignore[attr-defined]
        {name: value for name, value in params.items() if name != "sku"}
    )
    sync(catalog, skus=("SKU-2-1",))
    assert list(Variant.objects.values_list("sku", flat=True)) == ["SKU-2-1"]


def test_a_sku_that_the_vendor_does_not_know_is_told() -> None:
    run = sync(Catalog([make_product(1)]), skus=("NONE",))
    assert run.state == SyncState.PARTIAL
    assert "NONE" in run.errors[0]["text"]


def test_a_dry_run_counts_everything_and_writes_nothing() -> None:
    catalog = synced(make_product(1), make_product(2))
    catalog.products.pop(0)
    catalog.products[0]["variants"][0]["gtin"] = "1"
    catalog.products.append(make_product(3))
    before = versions()
    run = sync(catalog, dry_run=True)
    assert {name: run.counts.get(name) for name in ("new", "changed", "gone")} == {"new": 1, "changed": 1, "gone": 1}
    assert versions() == before
    assert changes() == []


def test_full_mends_rows_that_were_changed_behind_our_back() -> None:
    catalog = synced(make_product(1))
    Variant.objects.update(gtin="wrong")
    PriceTier.objects.filter(price_list="sales").delete()
    sync(catalog)
    assert Variant.objects.get().gtin == "wrong"
    sync(catalog, full=True)
    assert Variant.objects.get().gtin == ""
    assert PriceTier.objects.filter(price_list="sales").count() == 3


def test_a_vendor_that_fails_leaves_what_was_written_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "VARIANTS_PER_BATCH", 1)
    catalog = Catalog([make_product(n) for n in range(1, 21)])
    catalog.broken_pages = {n: VendorUnavailable("down") for n in range(4, 11)}
    run = sync(catalog)
    assert (run.state, Variant.objects.count()) == (SyncState.FAILED, 6)
    assert run.errors[-1]["text"] == "down"
    catalog.broken_pages = {}
    run = sync(catalog)
    assert (run.state, run.counts["new"], run.counts["unchanged"]) == (SyncState.DONE, 14, 6)
    assert changes() == []


def test_a_run_whose_process_died_is_closed_by_the_next() -> None:
    dead = SyncRun.objects.create(vendor="mypromo")
    synced(make_product(1))
    dead.refresh_from_db()
    assert (dead.state, dead.finished_at) == (SyncState.FAILED, dead.heartbeat_at)
    assert "ended before" in dead.errors[-1]["text"]


def test_only_one_synchronisation_runs_at_a_time() -> None:
    database = connection.settings_dict
    SyncRun.objects.create(vendor="mypromo", seen=5, total=80)
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        autocommit=True,
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext('catalog:mypromo'))", [0x5359])
        with pytest.raises(SyncRunning, match="5 of 80 read"):
            sync(Catalog([make_product(1)]))
    assert not Variant.objects.exists()
    synced(make_product(1))


def test_the_number_of_statements_does_not_grow_with_the_catalogue() -> None:
    def statements(products: int) -> int:
        Variant.objects.all().delete()
        Product.objects.all().delete()
        catalog = Catalog([make_product(n, variants=2) for n in range(products)], per_page=1000)
        with CaptureQueriesContext(connection) as context:
            sync(catalog)
        return len(context)

    statements(1)  # the first run ever makes the temporary tables
    assert statements(100) == statements(2)


def test_what_a_run_has_seen_is_written_without_the_log_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relpersistence FROM pg_class WHERE relname IN (%s, %s) ORDER BY 1", SEEN)
        assert cursor.fetchall() == [(name, "u") for name in SEEN]
