"""Runs of the catalogue's sync over a part of it: one language, one SKU, a dry run, and runs beside each other."""

import copy

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.vendors.errors import VendorUnavailable
from catalog.models import PriceTier, Product, SyncRun, Variant, VariantText
from catalog.models.sync import SyncState
from catalog.services.runs import SyncRunning
from catalog.services.sync import reading
from tests.catalog.source import Catalog, make_product
from tests.catalog.sync_runs import changes, sync, synced, versions

pytestmark = pytest.mark.django_db
SEEN = ("catalog_seenproduct", "catalog_seensku")


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
        other.execute("SELECT pg_advisory_unlock(%s, hashtext('catalog:mypromo'))", [0x5359])
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
