"""The staff pages of the catalogue."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product, SyncRun, Variant
from catalog.models.sync import SyncState
from catalog.services.sync.reading import sync_catalog
from tests.catalog.source import Catalog, make_product

pytestmark = pytest.mark.django_db

CANARY = "<script>alert('canary')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


def page(staff: Client, model: str, pk: int | None = None, query: str = "") -> str:
    name = f"admin:catalog_{model}_{'changelist' if pk is None else 'change'}"
    answer = staff.get(reverse(name, args=[pk] if pk else []) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def brought_in(*products: dict[str, Any]) -> Catalog:
    catalog = Catalog(list(products))
    sync_catalog(catalog)
    return catalog


def statements(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as context:
        do()
    return len(context)


def test_the_page_of_a_variant_shows_the_tiers_with_their_margin(staff: Client) -> None:
    prices = {
        "currency": "EUR",
        "purchase_prices": [{"qty": 50, "price": 2}, {"qty": 100, "price": 1.5}],
        "sales_prices": [{"qty": 50, "price": 4}, {"qty": 200, "price": 1}],
    }
    brought_in(make_product(1, prices=prices))
    shown = page(staff, "variant", Variant.objects.get().pk)
    assert "50.0%" in shown
    # At 200 the purchase price of 100 counts.
    assert "-50.0%" in shown
    assert "€1.50" in shown


def test_what_vendors_write_cannot_act(staff: Client) -> None:
    product = make_product(
        1,
        descriptions={"name": CANARY, "description": f"<b>fett</b>{CANARY}", "description_short": CANARY},
        media={
            "image": "javascript:alert(1)",
            "additional_images": ["data:text/html,x"],
            "download_pdf": "javascript:x",
        },
        properties=[{"property": CANARY, "value": CANARY}],
        parts=[{"name": CANARY, "printing_method": CANARY}, {"key": CANARY}, {}],
        gtin="<b>1</b>",
    )
    product["descriptions"]["name"] = CANARY
    product["categories"] = [{"name": CANARY}]
    catalog = brought_in(product)
    catalog.products[0]["variants"][0]["gtin"] = "<i>2</i>"
    sync_catalog(catalog)
    run = SyncRun.objects.latest("pk")
    run.errors = [{"text": CANARY, "product": CANARY, "skus": [CANARY]}]
    run.save()
    variant = Variant.objects.get()
    pages = [
        page(staff, "variant", variant.pk),
        page(staff, "variant"),
        page(staff, "product", variant.product_id),
        page(staff, "product"),
        page(staff, "syncrun", run.pk),
        page(staff, "syncrun"),
    ]
    for shown in pages:
        for dangerous in ("<script>alert", "<img src=x", "javascript:alert", "javascript:x", "data:text", "<i>2</i>"):
            assert dangerous not in shown
    assert "<b>fett</b>" in pages[0]


@pytest.mark.parametrize("query", ["SKU-2-1", "sku-2", "Kuli", "blau kul", "4006381333931", "201"])
def test_variants_are_found_by_what_people_have_at_hand(staff: Client, query: str) -> None:
    found = make_product(2, gtin="4006381333931", descriptions={"name": "Kuli, blau"})
    brought_in(make_product(1), found, make_product(3))
    shown = page(staff, "variant", query=f"?q={query}")
    assert "SKU-2-1" in shown
    assert "SKU-1-1" not in shown
    shown = page(staff, "product", query=f"?q={query}")
    assert reverse("admin:catalog_product_change", args=[Product.objects.get(vendor_id="2").pk]) in shown
    assert reverse("admin:catalog_product_change", args=[Product.objects.get(vendor_id="1").pk]) not in shown


@pytest.mark.parametrize("query", ["'", "a & | !", "%", "\\", ":*", "x" * 300, "%00", "🙂"])
def test_no_search_breaks_the_list(staff: Client, query: str) -> None:
    brought_in(make_product(1))
    for model in ("variant", "product"):
        assert staff.get(reverse(f"admin:catalog_{model}_changelist"), {"q": query}).status_code == 200


def test_filters_keep_what_they_say(staff: Client) -> None:
    catalog = brought_in(make_product(1), make_product(2, active=False), make_product(3))
    catalog.products.pop()
    sync_catalog(catalog)

    def skus(query: str) -> list[str]:
        shown = page(staff, "variant", query=query)
        return [sku for sku in ("SKU-1-1", "SKU-2-1", "SKU-3-1") if sku in shown]

    assert skus("?state=orderable") == ["SKU-1-1"]
    assert skus("?state=blocked") == ["SKU-2-1"]
    assert skus("?state=gone") == ["SKU-3-1"]
    assert skus("?personalized=no") == []
    assert skus("?test_product=yes&vendor=mypromo") == ["SKU-1-1", "SKU-2-1", "SKU-3-1"]
    assert skus("?state=nonsense") == ["SKU-1-1", "SKU-2-1", "SKU-3-1"]


def test_a_page_asks_the_database_as_often_for_many_rows_as_for_one(staff: Client) -> None:
    brought_in(make_product(0))
    page(staff, "variant")
    few = {model: statements(lambda model=model: page(staff, model)) for model in ("variant", "product")}
    brought_in(*[make_product(n, variants=3) for n in range(30)])
    many = {model: statements(lambda model=model: page(staff, model)) for model in ("variant", "product")}
    assert many == few


def test_lists_never_count_their_table(staff: Client) -> None:
    brought_in(*[make_product(n, variants=3) for n in range(30)])
    with CaptureQueriesContext(connection) as context:
        page(staff, "variant", query="?end=1")
        page(staff, "product", query="?end=1")
    assert not [query["sql"] for query in context if 'COUNT(*) AS "__count"' in query["sql"]]


def test_the_page_of_a_variant_takes_the_same_number_of_queries_whatever_it_has(staff: Client) -> None:
    rich = make_product(1, variants=5)
    poor = make_product(2, relations=None, availability=None, prices=None, properties=None)
    brought_in(rich, poor)
    counts = {
        sku: statements(lambda sku=sku: page(staff, "variant", Variant.objects.get(sku=sku).pk))
        for sku in ("SKU-2-1", "SKU-1-1", "SKU-1-2")
    }
    assert counts["SKU-1-1"] == counts["SKU-1-2"]
    assert abs(counts["SKU-1-1"] - counts["SKU-2-1"]) <= 1


def test_what_changed_is_told_in_words(staff: Client) -> None:
    catalog = brought_in(make_product(1))
    catalog.products[0]["variants"][0]["prices"]["purchase_prices"][0]["price"] = 15.5
    catalog.products[0]["variants"][0]["rules"]["order_min_qty"] = 25
    sync_catalog(catalog)
    variant = Variant.objects.get()
    for shown in (page(staff, "variant", variant.pk), page(staff, "syncrun", SyncRun.objects.latest("pk").pk)):
        assert "€14.99" in shown
        assert "€15.50" in shown
        assert "minimum quantity" in shown
        assert "more expensive" in shown


def test_a_running_synchronisation_shows_how_far_it_is_and_reloads_itself(staff: Client) -> None:
    run = SyncRun.objects.create(vendor="mypromo", seen=20, total=80, options={"covers": "all"})
    SyncRun.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(seconds=60))
    shown = page(staff, "syncrun", run.pk)
    assert "25%" in shown
    assert "About 3 min 0 s left" in shown
    assert 'name="live"' in shown
    SyncRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=10))
    assert "No activity" in page(staff, "syncrun", run.pk)


def test_a_synchronisation_tells_what_it_could_not_read(staff: Client) -> None:
    catalog = Catalog([make_product(1, rules="nonsense")])
    run = sync_catalog(catalog)
    assert run.state == SyncState.PARTIAL
    shown = page(staff, "syncrun", run.pk)
    assert "done with errors" in shown
    assert "cannot be read" in shown


@pytest.mark.parametrize("model", ["variant", "product", "syncrun"])
def test_nobody_types_in_or_deletes_what_the_vendor_says(staff: Client, model: str) -> None:
    run = sync_catalog(Catalog([make_product(1)]))
    pk = {"variant": Variant.objects.get().pk, "product": Product.objects.get().pk, "syncrun": run.pk}[model]
    assert staff.get(reverse(f"admin:catalog_{model}_add")).status_code == 403
    assert staff.post(reverse(f"admin:catalog_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
    assert Variant.objects.exists()


def test_without_the_permission_there_is_no_page(client: Client) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    for model in ("variant", "product", "syncrun"):
        assert client.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 403
