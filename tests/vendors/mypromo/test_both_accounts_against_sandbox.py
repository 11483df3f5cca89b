"""Both accounts against the sandbox, which was written from the same document without sharing a line with them.

Its address carries a path, as a gateway's would: the links in its answers are followed below that path.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    RemoteJobRow,
    RemoteJobState,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockLevel,
    StockUpdate,
    SyncUpdate,
    TierUpdate,
)
from backoffice.vendors.catalog_messages import TierData
from backoffice.vendors.design_messages import RemoteDesignState
from backoffice.vendors.errors import FieldError, VendorRejected
from backoffice.vendors.listing_messages import SearchTexts
from backoffice.vendors.mypromo.adapter import MyPromo, MyPromoFulfiller
from backoffice.vendors.production_messages import LineToShip, RemoteFileKind, RemoteProductionState, ShipmentToAdd
from backoffice.vendors.session import Pace
from tests.sandbox.receiver import receiving
from tests.vendors.connections import Outside

SKU = "MP-F1-C0000003"
SALES_SKU = "TESTPRODUCT123"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    settings.VENDOR_CONNECT_TIMEOUT = 2
    settings.VENDOR_READ_TIMEOUT = 5
    with running_sandbox(manual_clock=True, late_every=0, rate_limit=0) as running:
        settings.MYPROMO_URL = running.url
        yield running


@pytest.fixture
def merchant(sandbox: Sandbox, settings: Any) -> MyPromo:
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    return MyPromo(Outside().connection, pace=Pace(sleep=lambda seconds: None))


@pytest.fixture
def fulfiller(sandbox: Sandbox, settings: Any) -> MyPromoFulfiller:
    settings.MYPROMO_FULFILLER_CLIENT_ID = "2"
    settings.MYPROMO_FULFILLER_CLIENT_SECRET = "sandbox-fulfiller-secret"
    return MyPromoFulfiller(Outside().connection, pace=Pace(sleep=lambda seconds: None))


def tier(quantity: int, price: str) -> TierUpdate:
    return TierUpdate(quantity=quantity, price=Decimal(price))


def finish(sandbox: Sandbox, adapter: Any, queue_id: str) -> Any:
    """Return the job after its whole life."""
    assert adapter.read_job(queue_id).state is RemoteJobState.QUEUED
    sandbox.advance(2.5)
    assert adapter.read_job(queue_id).state is RemoteJobState.SCHEDULED
    sandbox.advance(1)
    assert adapter.read_job(queue_id).state is RemoteJobState.PROCESSING
    sandbox.advance(10)
    return adapter.read_job(queue_id)


def test_both_accounts_have_their_own_side(merchant: MyPromo, fulfiller: MyPromoFulfiller) -> None:
    assert merchant.check() == fulfiller.check() == "OK"
    with pytest.raises(VendorRejected):
        fulfiller.client.get_order("1")
    with pytest.raises(VendorRejected):
        merchant.client.production_order("1")


def test_sales_prices_are_set_and_read_back_to_the_cent(merchant: MyPromo, sandbox: Sandbox) -> None:
    (before,) = merchant.iter_prices(sku=SALES_SKU)
    quantity = next(found.quantity for found in before.tiers if found.price_list == "sales")
    wanted = Decimal(15)
    ticket = merchant.update_sales_prices(
        [SalesPriceUpdate(sku=SALES_SKU, currency="EUR", tiers=(tier(quantity, str(wanted)),))]
    )
    job = finish(sandbox, merchant, ticket.queue_id)
    assert (job.state, job.raw_state) == (RemoteJobState.SUCCESS, "SUCCESS")
    (after,) = merchant.iter_prices(sku=SALES_SKU)
    changed = [found for found in after.tiers if found not in before.tiers]
    assert changed == [TierData("sales", quantity, wanted)]
    assert len(after.tiers) == len(before.tiers)


def test_a_fulfillers_prices_replace_all_there_were(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    row = FulfillerPriceUpdate(
        sku=SKU,
        currency="EUR",
        purchase=(tier(10, "9.99"), tier(20, "8")),
        recommended=(tier(10, "19.99"), tier(20, "18.5")),
        order_max_qty=5000,
    )
    ticket = fulfiller.update_fulfiller_prices([row])
    assert finish(sandbox, fulfiller, ticket.queue_id).state is RemoteJobState.SUCCESS
    (held,) = fulfiller.iter_prices(sku=SKU)
    assert [tuple(found) for found in held.tiers] == [
        ("purchase", 10, Decimal("9.99")), ("purchase", 20, Decimal(8)),
        ("recommended", 10, Decimal("19.99")), ("recommended", 20, Decimal("18.5")),
    ]  # fmt: skip
    assert (held.order_min_qty, held.order_max_qty, held.tier_price_qty_only) == (10, 5000, False)


def test_stock_is_set_by_either_sku(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    held = next(row for row in fulfiller.iter_stock() if row.sku_fulfiller and row.sku != SKU)
    rows = [
        StockUpdate(sku=SKU, available=False, stock=StockLevel(managed=True, in_stock=True, qty=7)),
        StockUpdate(sku_fulfiller=held.sku_fulfiller, stock=StockLevel(managed=True, in_stock=True, qty=11)),
    ]
    ticket = fulfiller.update_stock_fulfiller(rows)
    assert finish(sandbox, fulfiller, ticket.queue_id).state is RemoteJobState.SUCCESS
    after = {row.sku: row for row in fulfiller.iter_stock()}
    assert (after[SKU].available, after[SKU].managed, after[SKU].qty) == (False, True, 7)
    assert (after[held.sku].available, after[held.sku].qty) == (held.available, 11)


def test_a_wrong_row_is_named_as_it_was_sent(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    held = next(row for row in fulfiller.iter_stock() if row.sku_fulfiller)
    wrong = StockLevel(managed=True, in_stock=True, qty=-1)
    for row in (StockUpdate(sku=held.sku, stock=wrong), StockUpdate(sku_fulfiller=held.sku_fulfiller, stock=wrong)):
        with pytest.raises(VendorRejected) as raised:
            fulfiller.update_stock_fulfiller([row, StockUpdate(sku="MP-F1-C0000004", available=True)])
        (complaint,) = raised.value.errors
        assert (complaint.field, complaint.text) == (row.name, "Invalid stock. Stock cant be negative.")


def test_channels_and_search_texts_are_set_and_reset(merchant: MyPromo, sandbox: Sandbox) -> None:
    (held,) = merchant.iter_search_texts(sku=SALES_SKU)
    ticket = merchant.update_sync([SyncUpdate(sku=SALES_SKU, available=False)])
    assert finish(sandbox, merchant, ticket.queue_id).state is RemoteJobState.SUCCESS
    assert [row.available for row in merchant.iter_stock(sku=SALES_SKU)] == [False]
    texts = SearchTexts(product_name="Größe <b>", meta_title="")
    for wanted, expected in ((texts, texts), (None, SearchTexts())):
        ticket = merchant.update_search_texts([SearchTextUpdate(sku=SALES_SKU, overwrites=wanted)])
        assert finish(sandbox, merchant, ticket.queue_id).state is RemoteJobState.SUCCESS
        (after,) = merchant.iter_search_texts(sku=SALES_SKU)
        assert (after.defaults, after.overwrites.product_name) == (held.defaults, expected.product_name)


@pytest.mark.parametrize("report_format", ["xlsx", "csv"])
def test_the_report_of_a_failed_job_names_its_rows(report_format: str, merchant: MyPromo, sandbox: Sandbox) -> None:
    sandbox.settings.change(job_failing_skus=[SALES_SKU], report_format=report_format, job_success_word="SUCCESSS")
    rows = [SyncUpdate(sku=sku, available=True) for sku in (SALES_SKU, SKU)]
    job = finish(sandbox, merchant, merchant.update_sync(rows).queue_id)
    assert job.state is RemoteJobState.ERROR
    failed, done = merchant.parse_report(merchant.fetch_report(job.report_url))
    assert failed.sku == SALES_SKU
    assert failed.error
    assert done == RemoteJobRow(sku=SKU)
    assert [listed.vendor_id for listed in merchant.list_jobs()] == [job.vendor_id]
    sandbox.settings.change(job_failing_skus=[])
    again = finish(sandbox, merchant, merchant.update_sync(rows).queue_id)
    assert (again.state, again.raw_state) == (RemoteJobState.SUCCESS, "SUCCESSS")


def test_no_jobs_are_an_empty_list(merchant: MyPromo, fulfiller: MyPromoFulfiller) -> None:
    assert list(merchant.list_jobs()) == list(fulfiller.list_jobs()) == []


def test_a_job_calls_back_with_our_secret(fulfiller: MyPromoFulfiller, sandbox: Sandbox, settings: Any) -> None:
    with receiving() as receiver:
        settings.PUBLIC_URL = receiver.url.removesuffix("/callback")
        ticket = fulfiller.update_stock_fulfiller([StockUpdate(sku=SKU, available=True)])
        job = finish(sandbox, fulfiller, ticket.queue_id)
        assert sandbox.callbacks.wait()
        headers = {name.lower(): value for name, value in receiver.headers[-1].items()}
        assert fulfiller.verify_callback(CallbackRequest("jobs", headers, b""))
        assert fulfiller.read_callback("jobs", json.dumps(receiver.bodies[-1]).encode()) == (job,)


def test_a_design_goes_its_whole_way(merchant: MyPromo, sandbox: Sandbox) -> None:
    user = merchant.create_design_user()
    way = "https://shop.example.com/basket/{DESIGNID}/{INTENT}"
    design = merchant.create_design(SKU, user_hash=user, return_url=way, intent="upload")
    assert (design.state, design.sku, design.user_hash) == (RemoteDesignState.OPEN, SKU, user)
    assert design.start_url
    sandbox.mypromo.designs.switch_sku(int(design.vendor_id), sku="MP-F1-C0000004")
    assert merchant.read_design(design.vendor_id).sku == "MP-F1-C0000004"
    assert merchant.submit_design(design.vendor_id).state is RemoteDesignState.SUBMITTED
    preview = merchant.read_preview(design.vendor_id)
    assert (preview.content[:5], preview.content_type) == (b"%PDF-", "application/pdf")
    with pytest.raises(VendorRejected) as raised:
        merchant.create_design("NONE", user_hash=user, return_url=way)
    assert [complaint.field for complaint in raised.value.errors] == ["sku"]
    assert isinstance(raised.value.errors[0], FieldError)


def made(sandbox: Sandbox, fulfiller: MyPromoFulfiller, kind: str) -> Any:
    (key,) = sandbox.mypromo.examples.make(1, kind=kind)
    return fulfiller.read_production_order(str(key))


def test_production_orders_are_listed_as_they_are_read(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    keys = sandbox.mypromo.examples.make(30)
    listed = list(fulfiller.list_production_orders(updated_from=TODAY - timedelta(days=1)))
    assert sorted(int(order.vendor_id) for order in listed) == sorted(keys)
    assert RemoteProductionState.UNKNOWN not in {order.state for order in listed}
    assert RemoteFileKind.UNKNOWN not in {file.kind for order in listed for file in order.files}
    for order in listed[:5]:
        assert fulfiller.read_production_order(order.vendor_id) == order
    assert list(fulfiller.list_production_orders(updated_from=TODAY + timedelta(days=9))) == []


def test_files_are_downloaded_from_their_links(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    order = made(sandbox, fulfiller, "label")
    (label,) = [file for file in order.files if file.kind is RemoteFileKind.LABEL]
    for file in order.items[0].files:
        assert fulfiller.download(file.url).content.startswith(b"%PDF-")
    assert sandbox.ledger.label_downloads() == {}
    parcel = ShipmentToAdd(carrier=label.carrier, tracking_code=label.tracking_code)
    with pytest.raises(VendorRejected, match="Please download label before creating a shipment for it"):
        fulfiller.add_shipment(order.vendor_id, parcel)
    assert fulfiller.download_label(label.url).content.startswith(b"%PDF-")
    assert set(sandbox.ledger.label_downloads().values()) == {1}
    with pytest.raises(VendorRejected, match="use all supplied labels first"):
        fulfiller.add_shipment(order.vendor_id, ShipmentToAdd(carrier="ups", tracking_code="MINE"))
    assert fulfiller.add_shipment(order.vendor_id, parcel).tracking_code == label.tracking_code


def test_a_preview_in_production_is_seen_by_the_fulfiller(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    order = made(sandbox, fulfiller, "design")
    (design,) = order.items[0].designs
    assert design.state is RemoteDesignState.CHECKED
    assert fulfiller.read_preview(design.vendor_id) == fulfiller.download(design.preview_url)


def test_a_generic_label_is_made_and_fetched(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    order = made(sandbox, fulfiller, "generic")
    assert order.has_generic_label
    label = fulfiller.request_generic_label(order.vendor_id)
    assert sandbox.ledger.generic_labels() == {int(order.vendor_id): 1}
    assert fulfiller.download_label(label.url).content.startswith(b"%PDF-")
    parcel = fulfiller.add_shipment(
        order.vendor_id, ShipmentToAdd(carrier=label.carrier, tracking_code=label.tracking_code)
    )
    assert (parcel.carrier, parcel.tracking_code) == (label.carrier, label.tracking_code)


@pytest.mark.parametrize("name", ["tracking_code", "tracking_id", "either"])
def test_a_part_is_shipped_and_read_back(name: str, fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    sandbox.settings.change(tracking_name=name)
    order = made(sandbox, fulfiller, "plain")
    (item,) = order.items
    part = ShipmentToAdd(
        carrier="DHL",
        tracking_code="CODE-1",
        height=Decimal(30),
        weight=Decimal("999.5"),
        lines=(LineToShip(vendor_id=item.vendor_id, quantity=1),),
    )
    parcel = fulfiller.add_shipment(order.vendor_id, part)
    assert (parcel.carrier, parcel.tracking_code, parcel.weight, parcel.width) == (
        "dhl", "CODE-1", Decimal("999.5"), None,
    )  # fmt: skip
    (read,) = fulfiller.read_production_order(order.vendor_id).shipments
    assert read == msgspec.structs.replace(parcel, delivered=read.delivered, late=read.late)
    assert [(line.line_vendor_id, line.quantity) for line in read.lines] == [(item.vendor_id, 1)]
    too_many = msgspec.structs.replace(
        part, tracking_code="CODE-2", lines=(LineToShip(vendor_id=item.vendor_id, quantity=item.quantity),)
    )
    with pytest.raises(VendorRejected, match=f"item #{item.vendor_id} must not be greater than the remaining"):
        fulfiller.add_shipment(order.vendor_id, too_many)
    forced = fulfiller.add_shipment(order.vendor_id, msgspec.structs.replace(too_many, force=True))
    assert forced.forced is True


def test_a_production_order_calls_back(fulfiller: MyPromoFulfiller, sandbox: Sandbox) -> None:
    with receiving() as receiver:
        auth = {"basic": {"username": "mypromo", "password": "callback-secret"}}
        sandbox.settings.change(fulfiller_callback_url=receiver.url, fulfiller_callback_auth=auth)
        order = made(sandbox, fulfiller, "plain")
        fulfiller.add_shipment(order.vendor_id, ShipmentToAdd(carrier="dhl", tracking_code="CODE-1"))
        sandbox.advance(1)
        assert sandbox.callbacks.wait()
        headers = {name.lower(): value for name, value in receiver.headers[-1].items()}
        assert fulfiller.verify_callback(CallbackRequest("production", headers, b""))
        reports = [fulfiller.read_callback("production", json.dumps(body).encode()) for body in receiver.bodies]
        assert {report.vendor_id for (report,) in reports} == {order.vendor_id}
        read = fulfiller.read_production_order(order.vendor_id)
        # Only the history goes on: it notes that the callback was sent.
        assert (read.state, read.shipments) in [(report.state, report.shipments) for (report,) in reports]
        assert read.state is RemoteProductionState.DONE


def test_single_facts_are_read_by_id(merchant: MyPromo, fulfiller: MyPromoFulfiller) -> None:
    for adapter in (merchant, fulfiller):
        assert adapter.read_country("1").iso2
        assert adapter.read_state("1").name
        assert adapter.read_carrier("1").key
        page = next(iter(adapter.iter_products(language="DE")))
        listed = page.products[0]
        assert adapter.read_product(listed.vendor_id, language="DE").vendor_id == listed.vendor_id
