"""The catalogue on its way into our tables: what is written, what is left alone, what is told."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from backoffice.vendors.catalog_messages import CatalogProblem
from backoffice.vendors.errors import VendorUnavailable
from catalog.models import Availability, PriceTier, Product, Variant
from catalog.models.sync import SyncState
from catalog.services.runs import PROBLEMS_KEPT, RunLog, last_reading, only_one
from tests.catalog.source import Catalog, make_product
from tests.catalog.sync_runs import changes, sync, synced, versions

pytestmark = pytest.mark.django_db


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
    variant["prices"]["sales_prices"].reverse()
    run = sync(catalog)
    after = versions()
    assert {name for name in before if before[name] != after[name]} == {"producttext"}
    assert run.counts["unchanged"] == 1


def test_the_vendors_own_times_are_kept_and_are_no_change() -> None:
    catalog = synced(make_product(1))
    before = Variant.objects.get()
    catalog.products[0]["variants"][0]["updated_at"] = "2030-01-01T00:00:00.000000Z"
    assert sync(catalog).counts["unchanged"] == 1
    after = Variant.objects.get()
    assert (before.vendor_updated_at, after.vendor_updated_at) == (
        datetime(2020, 2, 25, 23, 59, 59, tzinfo=UTC),
        datetime(2030, 1, 1, tzinfo=UTC),
    )
    assert (after.changed_at, after.revised_at) == (before.changed_at, before.revised_at)
    assert not changes()


def test_when_a_contract_began_and_ended_is_kept_whatever_else_stands_there() -> None:
    product = make_product(1)
    [client] = product["variants"][0]["availability"]["clients"]
    client["contract"] |= {"status": "DECLINED", "declined_at": "2022-03-01T10:00:00+02:00", "canceled_at": "soon"}
    catalog = synced(product)
    offer = Availability.objects.get()
    assert offer.contract_requested_at == datetime(2021, 1, 11, 15, 42, 36, tzinfo=UTC)
    assert offer.contract_declined_at == datetime(2022, 3, 1, 8, tzinfo=UTC)
    assert offer.contract_cancelled_at is None
    client["contract"]["accepted_at"] = None
    assert sync(catalog).counts["changed"] == 1
    assert Availability.objects.get().contract_accepted_at is None


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


def test_more_that_cannot_be_read_than_is_kept_by_name_is_not_taken_for_read() -> None:
    with only_one("mypromo", kind="catalog"):
        log = RunLog("mypromo", kind="catalog", options={"covers": "all", "dry_run": False})
        for number in range(PROBLEMS_KEPT):
            log.note(CatalogProblem(text="odd", product_id="1", skus=(f"SKU-{number}",)))
        log.finish(SyncState.DONE)
        assert last_reading("mypromo") is not None
        more = RunLog("mypromo", kind="catalog", options={"covers": "all", "dry_run": False})
        for number in range(PROBLEMS_KEPT + 1):
            more.note(CatalogProblem(text="odd", product_id="1", skus=(f"SKU-{number}",)))
        more.finish(SyncState.DONE)
    found = last_reading("mypromo")
    assert found is not None
    assert found[0] == log.run.started_at


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
        assert last_reading("mypromo") == (run.started_at, [])
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


def test_a_product_that_a_variant_has_left_is_another_for_storefronts() -> None:
    catalog = synced(make_product(1, variants=2), make_product(2))
    newest = max(Product.objects.values_list("revised_at", flat=True))
    catalog.products[1]["variants"].append(catalog.products[0]["variants"].pop())
    sync(catalog)
    assert set(Product.objects.filter(revised_at__gt=newest).values_list("vendor_id", flat=True)) == {"1", "2"}


@pytest.mark.parametrize("cause", ["page", "product", ""])
def test_a_run_knows_what_it_could_not_read(cause: str) -> None:
    catalog = Catalog([make_product(n) for n in range(1, 5)])
    if cause == "page":
        catalog.broken_pages[2] = b"oops"
    elif cause == "product":
        catalog.products[0]["variants"][0]["id"] = None
    run = sync(catalog)
    unread = ["SKU-1-1"] if cause == "product" else []
    assert last_reading("mypromo") == (None if cause == "page" else (run.started_at, unread))
