"""Stock, sales channels and what changed at the vendor, as staff see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.sandbox import Sandbox
from catalog.models import ChangeKind, ChangeSet, Snapshot, SyncRun, Variant
from catalog.models.sync import SyncState
from catalog.services.listings import read_listing
from catalog.services.sync.reading import sync_catalog
from tests.catalog.change_desk import FULFILLER, MERCHANT
from tests.catalog.source import Catalog, make_product
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("mara"))
    return client


def remember(sku: str, *, kind: str = ChangeKind.STOCK, vendor: str = FULFILLER, **value: Any) -> None:
    held = {"available": True, "managed": True, "qty": 100, "sku_fulfiller": ""} | value
    Snapshot.objects.create(vendor=vendor, kind=kind, sku=sku, value=held, read_at=timezone.now())


def skus(staff: Client, query: str = "") -> list[str]:
    answer = staff.get(reverse("admin:catalog_changeset_stock") + query)
    assert answer.status_code == 200
    return [row.sku for row in answer.context["rows"]]


def save(staff: Client, **fields: Any) -> Any:
    return staff.post(reverse("admin:catalog_changeset_stock_save"), fields)


def test_low_and_empty_are_found_at_a_glance(staff: Client) -> None:
    remember("FULL")
    remember("EMPTY", qty=0)
    remember("LOW", qty=3)
    remember("OFF", available=False, managed=None, qty=None)
    remember("UNCOUNTED", managed=False, qty=None)
    assert skus(staff) == ["FULL", "EMPTY", "LOW", "OFF", "UNCOUNTED"]
    assert skus(staff, "?state=empty") == ["EMPTY"]
    assert skus(staff, "?state=low") == ["LOW"]
    assert skus(staff, "?state=off") == ["OFF"]
    assert skus(staff, "?kind=sync") == []


def test_only_what_was_edited_becomes_a_draft(staff: Client) -> None:
    for sku in ("A", "B", "C", "D"):
        remember(sku)
    fields = {f"available:{sku}": "yes" for sku in "ABCD"} | {f"managed:{sku}": "on" for sku in "ACD"}
    fields |= {f"qty:{sku}": "100" for sku in "ABC"} | {"qty:D": "0", "available:A": "no"}
    save(staff, kind="stock", sku=["A", "B", "C", "D"], **fields)
    wanted = dict(ChangeSet.objects.get().changes.values_list("sku", "requested"))
    assert wanted == {"A": {"available": False}, "B": {"managed": False}, "D": {"managed": True, "qty": 0}}


def test_nothing_edited_and_nonsense_make_no_draft(staff: Client) -> None:
    remember("A")
    same = {"available:A": "yes", "managed:A": "on", "qty:A": "100"}
    save(staff, kind="stock", sku=["A"], **same)
    save(staff, kind="stock", sku=["A"], **(same | {"qty:A": "-3"}))
    save(staff, kind="stock", sku=["UNKNOWN"], **{"available:UNKNOWN": "no"})
    assert not ChangeSet.objects.exists()


def test_a_merchant_takes_products_out_of_sales_channels(staff: Client) -> None:
    remember("A", kind=ChangeKind.SYNC, vendor=MERCHANT, managed=None, qty=None)
    answer = save(staff, kind="sync", sku=["A"], **{"available:A": "no"})
    change_set = ChangeSet.objects.get()
    assert (change_set.kind, change_set.vendor) == (ChangeKind.SYNC, MERCHANT)
    assert answer["Location"] == reverse("admin:catalog_changeset_change", args=[change_set.pk])


def test_lists_are_read_whole_and_forget_what_is_gone(sandbox: Sandbox) -> None:
    remember("LONG-GONE")
    Snapshot.objects.update(read_at=timezone.now() - timedelta(days=1))
    run = read_listing(FULFILLER, kind=ChangeKind.STOCK)
    assert (run.state, run.counts) == (SyncState.DONE, {"gone": 1})
    assert Snapshot.objects.filter(kind=ChangeKind.STOCK).count() == run.seen > 0
    call_command("read_listings")
    kinds = set(Snapshot.objects.values_list("vendor", "kind"))
    assert kinds == {(MERCHANT, "search_texts"), (MERCHANT, "sync"), (FULFILLER, "stock")}


def test_a_list_that_cannot_be_read_keeps_what_we_had(sandbox: Sandbox, settings: Any) -> None:
    remember("A")
    settings.MYPROMO_URL = "http://127.0.0.1:9/"
    run = read_listing(FULFILLER, kind=ChangeKind.STOCK)
    assert run.state == SyncState.FAILED
    assert SyncRun.objects.get().errors[0]["text"]
    assert Snapshot.objects.filter(sku="A").exists()


def test_a_change_at_the_vendor_names_the_open_orders_it_touches(staff: Client) -> None:
    catalog = Catalog([make_product(1), make_product(2)])
    sync_catalog(catalog)
    order = make_order()
    line = order.lines.first()
    assert line is not None
    Variant.objects.filter(sku="SKU-1-1").update(sku=line.sku, vendor=line.vendor)
    catalog.products[0]["variants"][0]["sku"] = line.sku
    catalog.products[0]["variants"][0]["prices"]["purchase_prices"][0]["price"] = 99
    catalog.products[1]["variants"][0]["prices"]["purchase_prices"][0]["price"] = 1
    sync_catalog(catalog)
    url = reverse("admin:catalog_changeset_vendor_changes")
    [row] = staff.get(url, {"kind": "dearer"}).context["rows"]
    assert (row.change.variant.sku, row.orders[0][0]) == (line.sku, order.number)
    assert order.number in staff.get(url).content.decode()
    [row] = staff.get(url, {"kind": "cheaper"}).context["rows"]
    assert (row.change.variant.sku, row.orders) == ("SKU-2-1", [])


def test_pages_ask_as_often_for_many_rows_as_for_few(staff: Client) -> None:
    def asked(name: str) -> int:
        with CaptureQueriesContext(connection) as context:
            assert staff.get(reverse(f"admin:catalog_changeset_{name}")).status_code == 200
        return len(context)

    sync_catalog(Catalog([make_product(1)]))
    sync_catalog(Catalog([make_product(1), make_product(2)]))
    remember("SKU-1-1")
    asked("stock")
    few = [asked("stock"), asked("vendor_changes")]
    sync_catalog(Catalog([make_product(number) for number in range(1, 60)]))
    for number in range(2, 60):
        remember(f"SKU-{number}-1")
    assert [asked("stock"), asked("vendor_changes")] == few
