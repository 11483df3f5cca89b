"""What a marketplace says of a production order: kept whole, in any order, through any door."""

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from backoffice.dashboard.kinds import unreadable
from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.reported import UNREADABLE_AFTER
from backoffice.engine.services.callbacks import replay_callbacks, store_callback, work_due_callbacks
from backoffice.sandbox import Sandbox
from backoffice.sandbox.mypromo.production_views import production_order
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.production_messages import ProductionOrderReport
from backoffice.vendors.registry import vendor_type
from catalog.models import Product, Variant
from fulfillment.admin.production_page.steps import next_step
from fulfillment.models import (
    DispatchState,
    LabelKind,
    ProductionEvent,
    ProductionFileKind,
    ProductionOrder,
    ProductionOrderState,
    ProductionShipment,
)
from fulfillment.services.production_pulling import ProductionPull
from fulfillment.services.production_reports import apply_production_report, find_known
from tests.fulfillment.conftest import VENDOR, Make

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parents[1] / "samples/mypromo/production_orders.list.200.json"


def read_sample(**changes: Any) -> ProductionOrderReport:
    """Return the document's example as a report, with top-level values changed."""
    order = json.loads(SAMPLE.read_text())["data"][0] | changes
    (report,) = vendor_type(VENDOR, CallsUs).read_callback("production", json.dumps(order).encode())
    return report


def newer(report: ProductionOrderReport, *, seconds: float = 60, **changes: Any) -> ProductionOrderReport:
    moved = report.version.updated_at + timedelta(seconds=seconds)
    version = msgspec.structs.replace(report.version, updated_at=moved)
    return msgspec.structs.replace(report, version=version, **changes)


def snapshot() -> list[Any]:
    """Return everything that is kept of production, but for our own times."""
    order = ProductionOrder.objects.get()
    own = {"created_at", "updated_at", "read_at", "reported_at", "next_at", "stored_at"}
    rows = [order, *order.items.all(), *order.files.all(), *order.labels.all(), *order.shipments.all()]
    facts = [{f.name: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in own} for row in rows]
    return [*facts, sorted(order.events.values_list("kind", "source_key").distinct())]


def test_the_documents_example_is_kept_whole() -> None:
    outcome = apply_production_report(read_sample(), source="answer")
    order = outcome.subject
    assert outcome.state == CallbackState.APPLIED
    assert (order.state, order.raw_state, order.order_vendor_id) == (ProductionOrderState.DONE, "FINISHED", "70")
    assert (order.merchant, order.reference, order.late) == ("Merchant x", "1582218043", False)
    assert [party["contract_id"] for party in order.parties] == ["M008", "F012"]
    assert order.recipient["street"] == "Sample Street 1"
    assert order.export["reference"] == "1039ed07-58ca-412c-8ec0-8abd7b0fab82"
    assert order.custom_properties[2] == {"key": "property3", "value": "value3"}
    item = order.items.get()
    assert (item.quantity, item.shipped, item.sku_fulfiller, item.kind) == (5, 5, "abc123", "design")
    assert item.configuration == item.custom_properties == [{"key": "property", "value": "value"}] * 3
    assert (item.customs["number"], item.customs["amount"]) == ("49119900", "10.5")
    assert item.designs[0]["start_url"].startswith("https://pf-geiger.stage-00.aws.rissc.net/")
    assert sorted(order.files.values_list("kind", "source_key")) == [
        (ProductionFileKind.PREVIEW, "design:61:19"),
        (ProductionFileKind.PRINT, "item:61:159"),
        (ProductionFileKind.SLIP, "order:157"),
    ]
    generic, supplied = sorted(order.labels.all(), key=lambda label: label.kind)
    assert (generic.kind, generic.raw_state, generic.vendor_id) == (LabelKind.GENERIC, "FORWARDING", "")
    assert (supplied.vendor_id, supplied.carrier, supplied.tracking_code) == ("159", "dhl", "45648797852547")
    assert order.events.filter(kind="vendor.history").count() == 10
    assert [list(parcel.lines.values_list("quantity", flat=True)) for parcel in order.shipments.all()] == [[3], [2]]
    assert order.dispatch == DispatchState.SHIPPED


def test_the_address_of_a_designs_editor_cannot_be_read_in_the_database() -> None:
    order = apply_production_report(read_sample(), source="answer").subject
    with connection.cursor() as cursor:
        cursor.execute("SELECT designs FROM fulfillment_productionitem")
        assert "rissc" not in cursor.fetchone()[0]
    assert "rissc" in order.items.get().designs[0]["start_url"]


def test_nothing_is_downloaded_for_an_order_that_has_ended() -> None:
    order = apply_production_report(read_sample(), source="answer").subject
    assert not order.files.filter(next_at__isnull=False).exists()


def test_a_report_that_comes_twice_changes_nothing() -> None:
    apply_production_report(read_sample(), source="answer")
    before, events = snapshot(), ProductionEvent.objects.count()
    assert apply_production_report(read_sample(), source="callback").state == CallbackState.KNOWN
    assert apply_production_report(read_sample(), source="poll").state == CallbackState.KNOWN
    assert snapshot() == before
    assert ProductionEvent.objects.count() == events


def without_keys(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in ("id", "production_order", "item", "label")}


def test_reports_may_come_in_any_order() -> None:
    first = read_sample(status="PENDING", histories=[], shipments=[], updated_at="2020-02-20T17:04:02Z")
    second = read_sample(status="PROCESSING", shipments=[], updated_at="2020-02-21T17:04:02Z")
    last = read_sample()
    results = []
    for order in itertools.permutations([first, second, last]):
        ProductionOrder.objects.all().delete()
        for report in order:
            apply_production_report(report, source="callback")
        results.append([without_keys(facts) for facts in snapshot()[:-1]])
    assert all(result == results[0] for result in results)
    assert results[0][0]["state"] == ProductionOrderState.DONE


def test_no_state_goes_back_however_new_the_report() -> None:
    apply_production_report(read_sample(), source="answer")
    outcome = apply_production_report(newer(read_sample(status="PENDING")), source="answer")
    assert outcome.subject.state == ProductionOrderState.DONE
    assert outcome.subject.raw_state == "PENDING"


def test_what_a_later_report_leaves_out_is_not_lost() -> None:
    apply_production_report(read_sample(), source="answer")
    bare = newer(read_sample(production_order_items=[], files=[], shipments=[], histories=[]))
    order = apply_production_report(bare, source="answer").subject
    assert [order.items.count(), order.files.count(), order.labels.count(), order.shipments.count()] == [1, 3, 2, 2]


def test_an_old_report_adds_what_is_new_and_changes_nothing_else() -> None:
    apply_production_report(read_sample(shipments=[]), source="answer")
    older = newer(read_sample(reference="old"), seconds=-60)
    order = apply_production_report(older, source="callback").subject
    order.refresh_from_db()
    assert (order.reference, order.shipments.count()) == ("1582218043", 2)


def test_an_unknown_word_is_kept_and_shown_not_guessed() -> None:
    order = apply_production_report(read_sample(status="FROZEN"), source="answer").subject
    assert (order.state, order.raw_state) == (ProductionOrderState.UNKNOWN, "FROZEN")
    assert order.events.get(kind="production.unknown_word").params == {"word": "FROZEN"}


def test_a_word_that_was_unknown_gives_way_to_a_known_one() -> None:
    apply_production_report(read_sample(status="FROZEN"), source="answer")
    order = apply_production_report(newer(read_sample(status="PROCESSING")), source="answer").subject
    assert order.state == ProductionOrderState.IN_PRODUCTION


def test_printing_methods_come_from_the_catalogue() -> None:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    parts = [{"printing_method": "digital"}, {"printing_method": "engraving"}, {"printing_method": "digital"}]
    Variant.objects.create(
        product=product, vendor="mypromo", vendor_id="2", sku="TESTPRODUCT123", parts=parts,
        changed_at=now, created_at=now,
    )  # fmt: skip
    order = apply_production_report(read_sample(), source="answer").subject
    assert order.items.get().printing_methods == ["digital", "engraving"]


def test_a_file_of_an_unknown_type_is_never_fetched_because_it_may_be_a_label() -> None:
    files = [{"id": 7, "url": "https://dev.api.mypromo.com/v1/61/x", "type": "labelReturn", "status": "PENDING"}]
    order = apply_production_report(read_sample(status="PENDING", files=files), source="answer").subject
    file = order.files.get(source_key="order:7")
    assert (file.kind, file.next_at) == (ProductionFileKind.OTHER, None)


def test_the_pull_brings_everything_and_asks_only_for_changes_afterwards(sandbox: Sandbox) -> None:
    sandbox.mypromo.examples.make(24)
    call_command("pull_production_orders")
    assert ProductionOrder.objects.count() == len(sandbox.mypromo.production.held)
    sandbox.advance(3 * 86400)
    late = ProductionOrder.objects.order_by("pk").last()
    sandbox.mypromo.examples.make(1)
    call_command("pull_production_orders")
    assert ProductionOrder.objects.order_by("pk").last() != late


def test_the_pull_refuses_a_vendor_that_gives_nothing_to_make(sandbox: Sandbox) -> None:
    with pytest.raises(CommandError, match="mypromo is not configured"):
        call_command("pull_production_orders", vendor="mypromo")


def test_a_pull_ends_with_what_it_reached_when_the_vendor_stops_answering(sandbox: Sandbox) -> None:
    sandbox.mypromo.examples.make(20, kind="plain")
    sandbox.faults.add("status", method="GET", path="production_orders.*page=2|production_orders", status=400, nth=[2])
    with pytest.raises(CommandError, match="stopped answering"):
        call_command("pull_production_orders")
    assert 0 < ProductionOrder.objects.count() < 20


def call_back(sandbox: Sandbox, key: int, **changes: Any) -> Callback:
    """Store and work off what mypromo would send about a production order."""
    held = sandbox.mypromo.production.held[key]
    body = json.dumps(production_order(held, base_url=sandbox.url, options=sandbox.settings) | changes, default=str)
    request = CallbackRequest(topic="production", headers={}, body=body.encode())
    pk, _ = store_callback(VENDOR, request, source_ip="127.0.0.1")
    work_due_callbacks()
    return Callback.objects.get(pk=pk)


def test_a_callback_is_a_hint_and_the_order_is_read_again(sandbox: Sandbox) -> None:
    (key,) = sandbox.mypromo.examples.make(1, kind="plain")
    callback = call_back(sandbox, key, status="FINISHED", reference="forged")
    order = ProductionOrder.objects.get()
    assert callback.state == CallbackState.APPLIED
    assert (callback.subject_type, callback.subject_id) == ("fulfillment.productionorder", order.pk)
    assert (order.state, order.reference[:2]) == (ProductionOrderState.PENDING, "P-")


def test_replayed_callbacks_change_nothing(sandbox: Sandbox) -> None:
    (key,) = sandbox.mypromo.examples.make(1, kind="plain")
    call_back(sandbox, key)
    before, events = snapshot(), ProductionEvent.objects.count()
    replay_callbacks(Callback.objects.all())
    work_due_callbacks()
    assert (snapshot(), ProductionEvent.objects.count()) == (before, events)


def test_a_callback_about_an_order_that_is_not_ours_is_tried_again_and_kept(sandbox: Sandbox) -> None:
    (key,) = sandbox.mypromo.examples.make(1, kind="plain")
    callback = call_back(sandbox, key, id=4711)
    assert (callback.state, callback.note, callback.next_at is None) == (CallbackState.ORPHAN, "Not found.", False)
    assert not ProductionOrder.objects.exists()


def test_a_callback_that_comes_before_the_api_shows_the_order_is_applied_later(sandbox: Sandbox) -> None:
    (key,) = sandbox.mypromo.examples.make(1, kind="plain")
    sandbox.faults.add("status", method="GET", path="production_orders", times=1, status=404)
    callback = call_back(sandbox, key)
    assert (callback.state, ProductionOrder.objects.exists()) == (CallbackState.ORPHAN, False)
    Callback.objects.update(next_at=timezone.now())
    work_due_callbacks()
    callback.refresh_from_db()
    assert (callback.state, ProductionOrder.objects.get().vendor_id) == (CallbackState.APPLIED, str(key))


def test_a_version_that_is_known_is_none_with_another_parcel(make: Make) -> None:
    report = read_sample()
    apply_production_report(report, source="answer")
    assert find_known(report) == ProductionOrder.objects.get()
    other = msgspec.structs.replace(report.shipments[0], vendor_id="4711")
    assert find_known(msgspec.structs.replace(report, shipments=(*report.shipments, other))) is None


def test_a_production_order_that_cannot_be_read_keeps_no_other_from_it_and_says_so(
    sandbox: Sandbox, make: Make
) -> None:
    bad, good = make("plain"), make("plain")
    ProductionOrder.objects.update(read_at=None)
    sandbox.faults.add("status", method="GET", path=rf"production_orders/{bad.vendor_id}$", status=500)
    result = ProductionPull(VENDOR).run(since=(timezone.now() + timedelta(days=1)).date())
    assert (result.failed, result.stopped) == ([bad.vendor_id], "")
    good.refresh_from_db()
    assert good.read_at is not None
    assert "500" in bad.events.get(kind="production.unreadable").params["cause"]
    kind = next(kind for kind in unreadable.KINDS if kind.name == "unreadable-production")
    assert not kind.rows().exists()
    ProductionOrder.objects.update(unreadable_since=F("unreadable_since") - UNREADABLE_AFTER)
    (need,) = kind.needs(list(kind.rows()))
    assert (need.what, "500" in need.detail) == (bad.reference, True)
    bad.refresh_from_db()
    assert "ask the vendor" in str(next_step(bad).text)
    sandbox.faults.clear()
    ProductionOrder.objects.update(read_at=None)
    ProductionPull(VENDOR).run(since=(timezone.now() + timedelta(days=1)).date())
    assert not kind.rows().exists()


def test_a_parcel_reported_elsewhere_is_seen_and_takes_its_label(make: Make) -> None:
    report = read_sample(generic_label=False)
    parcel = msgspec.structs.replace(report.shipments[0], carrier="dhl", tracking_code="45648797852547")
    outcome = apply_production_report(msgspec.structs.replace(report, shipments=(parcel,)), source="answer")
    seen = ProductionShipment.objects.get()
    assert (seen.made_by, seen.label.vendor_id) == (f"vendor:{VENDOR}", "159")
    assert outcome.subject.dispatch == DispatchState.PARTIAL
