"""A storefront's copy of the catalogue: read once, then kept up to date by what changed."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from catalog.models import Variant
from catalog.services import revisions
from catalog.services.sync.reading import sync_catalog
from tests.api.storefront import CARD, PEN, Storefront, make_catalog, make_storefront, make_variant
from tests.catalog.source import Catalog, make_product

START = "1970-01-01T00:00:00Z"


class Copy:
    """What a shop keeps of the catalogue: names by SKU."""

    def __init__(self, storefront: Storefront, *, page_size: int = 250) -> None:
        self.storefront, self.page_size = storefront, page_size
        self.resume_at = START
        self.variants: dict[str, Any] = {}
        self.read: list[str] = []
        self.removed: list[str] = []
        self.cursor: str | None = None

    def update(self) -> list[str]:
        """Read all that changed. Return the SKUs as they came."""
        self.read, self.removed = [], []
        while self.read_page():
            pass
        return self.read

    def read_page(self) -> bool:
        query = {"updated_since": self.resume_at, "page_size": self.page_size}
        answer = self.storefront.get("catalog/variants/", query | ({"cursor": self.cursor} if self.cursor else {}))
        assert answer.status_code == 200, answer.json()
        page = answer.json()
        self.read += [row["sku"] for row in page["results"]]
        self.removed += [row["sku"] for row in page["removed"]]
        self.variants |= {row["sku"]: row["name"] for row in page["results"]}
        for row in page["removed"]:
            self.variants.pop(row["sku"], None)
        self.cursor = page["next_cursor"]
        assert (page["next"] is None) == (self.cursor is None) == (page["resume_at"] is not None)
        self.resume_at = page["resume_at"] or self.resume_at
        return self.cursor is not None


def rename(product: dict[str, Any], name: str) -> None:
    for variant in product["variants"]:
        variant["descriptions"]["name"] = name


def ours(copy: Copy) -> bool:
    """Return whether the copy is what a shop sees now."""
    return copy.variants == dict(Variant.objects.filter(gone_at=None).values_list("sku", "name"))


def test_a_copy_is_kept_by_what_changed_and_by_what_left(storefront: Storefront) -> None:
    catalog = Catalog([make_product(number, variants=2, test_product=False) for number in (1, 2, 3)])
    sync_catalog(catalog)
    copy = Copy(storefront, page_size=2)
    assert len(copy.update()) == 6
    assert copy.update() == []

    rename(catalog.products[1], "Anders")
    del catalog.products[2]
    catalog.products.append(make_product(4, test_product=False))
    sync_catalog(catalog)
    assert copy.update() == ["SKU-2-1", "SKU-2-2", "SKU-4-1"]
    assert copy.removed == ["SKU-3-1", "SKU-3-2"]
    assert ours(copy)
    assert (copy.update(), copy.removed) == ([], [])


def test_what_changes_while_the_pages_are_read_is_missed_neither_as_new_nor_as_gone(storefront: Storefront) -> None:
    catalog = Catalog([make_product(number, test_product=False) for number in range(1, 7)])
    sync_catalog(catalog)
    copy = Copy(storefront, page_size=2)
    copy.read_page()
    rename(catalog.products[0], "Anders")  # was on the page
    rename(catalog.products[5], "Anders")  # was not yet
    del catalog.products[1]  # was
    del catalog.products[3]  # was not yet
    sync_catalog(catalog)
    copy.update()
    assert ours(copy)


def test_a_first_reading_names_nothing_that_left_before_it(storefront: Storefront) -> None:
    catalog = Catalog([make_product(number, test_product=False) for number in (1, 2)])
    sync_catalog(catalog)
    catalog.products.pop()
    sync_catalog(catalog)
    copy = Copy(storefront)
    assert (copy.update(), copy.removed) == (["SKU-1-1"], [])


def test_texts_of_other_languages_are_changes_of_variant_and_product(storefront: Storefront) -> None:
    catalog = Catalog([make_product(number, test_product=False) for number in (1, 2)], other_languages=("EN",))
    catalog.translations["EN"] = [make_product(number, test_product=False) | {"lang": "EN"} for number in (1, 2)]
    sync_catalog(catalog)
    copy = Copy(storefront)
    copy.update()
    rename(catalog.translations["EN"][0], "Pen")
    sync_catalog(catalog)
    since = copy.resume_at
    assert copy.update() == ["SKU-1-1"]
    products = storefront.get("catalog/products/", {"updated_since": since}).json()
    assert len(products["results"]) == 1
    assert products["resume_at"]


def test_a_product_comes_again_when_one_of_its_variants_changed_and_leaves_with_the_last(
    storefront: Storefront,
) -> None:
    catalog = Catalog([make_product(number, test_product=False) for number in (1, 2)])
    sync_catalog(catalog)
    since = storefront.get("catalog/products/", {"updated_since": START}).json()["resume_at"]
    rename(catalog.products[0], "Anders")
    gone = catalog.products.pop()
    sync_catalog(catalog)
    page = storefront.get("catalog/products/", {"updated_since": since}).json()
    [changed], [removed] = page["results"], page["removed"]
    assert changed["variants"][0]["name"] == "Anders"
    known = storefront.get("catalog/products/", {"updated_since": START}).json()
    assert removed["id"] not in [row["id"] for row in known["results"]]
    assert gone["id"] == 2


def test_an_unchanged_synchronisation_changes_nothing_for_shops(storefront: Storefront) -> None:
    catalog = Catalog([make_product(1, test_product=False)])
    sync_catalog(catalog)
    copy = Copy(storefront)
    copy.update()
    sync_catalog(catalog)
    sync_catalog(Catalog([]))  # an empty list is a fault, and marks nothing as gone
    assert (copy.update(), copy.removed) == ([], [])


def test_a_page_takes_as_many_queries_whatever_its_size(
    storefront: Storefront, catalog, django_assert_num_queries
) -> None:
    for size in (1, 3):
        with django_assert_num_queries(7):
            page = storefront.get("catalog/variants/", {"updated_since": START, "page_size": size}).json()
        assert len(page["results"]) == size
    with django_assert_num_queries(6):
        storefront.get("catalog/variants/", {"sku": CARD})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"updated_since": START, "product": 1}, "product"),
        ({"updated_since": START, "cursor": "W10"}, "cursor"),
        ({"updated_since": "2026-11-01T00:00:00"}, "updated_since"),
        ({"page_size": 1001}, "page_size"),
        ({"sku": ["x" * 101]}, "sku[0]"),
        ({"lang": "german"}, "lang"),
    ],
)
def test_a_query_that_cannot_be_answered_names_its_field(
    storefront: Storefront, catalog, query: dict[str, Any], field: str
) -> None:
    answer = storefront.get("catalog/variants/", query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_cursor_of_another_list_is_refused(storefront: Storefront, catalog) -> None:
    newest = storefront.get("catalog/variants/", {"page_size": 1}).json()["next_cursor"]
    assert storefront.get("catalog/variants/", {"updated_since": START, "cursor": newest}).status_code == 400


@pytest.fixture
def live(transactional_db: None) -> Storefront:
    make_catalog()
    return make_storefront()


@pytest.mark.race
@pytest.mark.parametrize("locked", [True, False])
def test_a_change_that_began_first_and_ends_last_is_not_missed_and_without_the_lock_it_is(
    live: Storefront, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    if not locked:
        monkeypatch.setattr(revisions, "_TAKE_LOCK", "SELECT %s")
    copy = Copy(live)
    copy.update()

    def change_quickly() -> None:
        try:
            _change(PEN)
        finally:
            connection.close()

    quick = threading.Thread(target=change_quickly)
    with transaction.atomic():
        stamp = revisions.next_revision()
        quick.start()
        quick.join(0.5)
        assert quick.is_alive() == locked
        between = _in_thread(copy.update)
        _write(CARD, stamp)
    quick.join()
    assert between == ([] if locked else [PEN])
    assert sorted(copy.update()) == (sorted([CARD, PEN]) if locked else [])


def _change(sku: str) -> None:
    with transaction.atomic():
        _write(sku, revisions.next_revision())


def _write(sku: str, stamp: Any) -> None:
    Variant.objects.filter(sku=sku).update(name="Anders")
    revisions.stamp_revision(stamp, variants=list(Variant.objects.filter(sku=sku).values_list("pk", flat=True)))


def _in_thread(work: Any) -> Any:
    """Return what it returns on a connection of its own."""
    found = []

    def run() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_a_stamp_is_later_than_all_before_it_even_where_the_clock_was_set_back(db: None) -> None:
    variant = make_variant("CLOCK")
    Variant.objects.filter(pk=variant.pk).update(revised_at="2100-01-01T00:00:00Z")
    assert revisions.next_revision().isoformat() == "2100-01-01T00:00:00.000001+00:00"
