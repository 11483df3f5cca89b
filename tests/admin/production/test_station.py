"""The dispatch station and the papers: what scans do, what they look like, what they cost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from backoffice.engine.models import Push
from backoffice.sandbox import Sandbox
from fulfillment.admin.dispatch.station import LOOK, RIGHT, WRONG, Result
from fulfillment.models import Label, LabelState, ParcelState, ProductionOrder
from fulfillment.services.downloads import PRODUCTION_FILES
from tests.fulfillment.conftest import Make

pytestmark = pytest.mark.django_db
BASE = "/admin/fulfillment/productionorder"
Fetch = Callable[[Label], Label]
Work = Callable[[], None]


def scan(client: Client, code: str, **quantities: int) -> Result:
    answer = client.post(f"{BASE}/station/scan/", {"code": code, **quantities}, headers={"X-Fragment": "1"})
    assert b"<html" not in answer.content
    return answer.context["result"]


def test_a_scanned_label_packs_its_parcel(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    label = fetch(make("label").labels.get())
    result = scan(dispatcher, f"]C1{label.tracking_code}\r")
    assert (result.outcome, str(result.title), str(result.text)) == (RIGHT, "Packed", "The order is complete.")
    assert label.production_order.shipments.get().state == ParcelState.WAITING
    assert 25 <= result.undo.seconds <= 30


def test_a_second_scan_makes_no_second_parcel(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    label = fetch(make("label").labels.get())
    scan(dispatcher, label.tracking_code)
    result = scan(dispatcher, label.tracking_code)
    assert (result.outcome, str(result.title)) == (LOOK, "Already packed")
    assert Push.objects.filter(kind="fulfillment.add_shipment").count() == 1


def test_a_parcel_can_be_undone_for_half_a_minute(
    dispatcher: Client, make: Make, fetch: Fetch, sandbox: Sandbox, work: Work
) -> None:
    label = fetch(make("label").labels.get())
    parcel = scan(dispatcher, label.tracking_code).undo.parcel
    answer = dispatcher.post(f"{BASE}/station/{parcel.pk}/undo/", headers={"X-Fragment": "1"})
    assert str(answer.context["result"].title) == "Withdrawn"
    assert scan(dispatcher, label.tracking_code).outcome == RIGHT
    Push.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    work()
    assert [entry["tracking_code"] for entry in sandbox.ledger.shipments()] == [label.tracking_code]
    late = label.production_order.shipments.get(state=ParcelState.REPORTED)
    answer = dispatcher.post(f"{BASE}/station/{late.pk}/undo/", headers={"X-Fragment": "1"})
    assert (answer.context["result"].outcome, str(answer.context["result"].title)) == (WRONG, "Too late")


def test_a_label_that_was_not_fetched_is_refused_in_the_vendors_words(dispatcher: Client, make: Make) -> None:
    label = make("label").labels.get()
    result = scan(dispatcher, label.tracking_code)
    assert (result.outcome, result.text) == (WRONG, "Fetch the label before reporting a parcel with it.")
    assert result.about.order == label.production_order
    assert not Push.objects.exists()


def test_an_unknown_code_is_wrong_and_changes_nothing(dispatcher: Client, make: Make) -> None:
    make("label")
    for code in ("NONSENSE", "", "<script>"):
        assert scan(dispatcher, code).outcome == WRONG
    assert not Push.objects.exists()


def test_one_of_several_labels_asks_what_is_in_its_parcel(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    order = make("two_labels")
    first, second = (fetch(label) for label in order.labels.all())
    result = scan(dispatcher, first.tracking_code)
    assert (result.outcome, result.needs_items) == (LOOK, True)
    assert not order.shipments.exists()
    item = order.items.first()
    result = scan(dispatcher, first.tracking_code, **{f"quantity_{item.pk}": 1})
    assert (result.outcome, "left to pack" in str(result.text)) == (RIGHT, True)
    assert scan(dispatcher, second.tracking_code).outcome == RIGHT
    order.refresh_from_db()
    assert order.dispatch == "shipped"


def test_too_many_in_a_parcel_asks_again(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    order = make("two_labels")
    first, _second = (fetch(label) for label in order.labels.all())
    item = order.items.first()
    result = scan(dispatcher, first.tracking_code, **{f"quantity_{item.pk}": item.quantity + 1})
    assert (result.outcome, result.needs_items) == (WRONG, True)
    assert "remaining quantity" in result.text


def test_an_order_without_labels_is_packed_with_one_of_our_own(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    result = scan(dispatcher, order.vendor_id)
    assert (result.outcome, result.takes_own_label) == (LOOK, True)
    assert not order.shipments.exists()
    answer = dispatcher.post(
        f"{BASE}/station/{order.pk}/pack/", {"carrier": "dhl", "tracking_code": " 0034 0434 1610 9404 2557 "}
    )
    assert answer.context["result"].outcome == RIGHT
    assert str(order.shipments.get()) == "dhl 00340434161094042557"


def test_an_unusual_code_is_asked_about_and_an_orders_code_is_refused(dispatcher: Client, make: Make) -> None:
    order, other = make("plain"), make("plain")
    address = f"{BASE}/station/{order.pk}/pack/"
    wrong = dispatcher.post(address, {"carrier": "dhl", "tracking_code": other.reference, "code_is_confirmed": "1"})
    assert wrong.context["result"].outcome == WRONG
    asked = dispatcher.post(address, {"carrier": "dhl", "tracking_code": "4006381333931"})
    assert (asked.context["result"].outcome, asked.context["result"].asks_about_code_of) == (LOOK, "dhl")
    assert "Use it anyway" in asked.content.decode()
    assert not order.shipments.exists()
    given = dict(
        re.findall(r'name="(carrier|tracking_code|code_is_confirmed)" value="([^"]+)"', asked.content.decode())
    )
    assert dispatcher.post(address, given).context["result"].outcome == RIGHT
    assert str(order.shipments.get()) == "dhl 4006381333931"


def test_a_code_of_another_carrier_is_packed_with_that_one_by_one_press(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    address = f"{BASE}/station/{order.pk}/pack/"
    asked = dispatcher.post(address, {"carrier": "dhl", "tracking_code": "1Z5R89390357567127"})
    assert "Pack with ups" in asked.content.decode()
    assert not order.shipments.exists()
    meant = asked.context["result"].meant_carrier.key
    packed = dispatcher.post(address, {"carrier": meant, "tracking_code": "1Z5R89390357567127"})
    assert packed.context["result"].outcome == RIGHT
    assert str(order.shipments.get()) == "ups 1Z5R89390357567127"


def test_of_two_packers_at_one_order_the_second_reads_who_packed_it(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    dispatcher.post(f"{BASE}/station/{order.pk}/pack/", {"carrier": "dhl", "tracking_code": "00340434161094042557"})
    own = {"carrier": "ups", "tracking_code": "1Z5R89390357567127"}
    result = dispatcher.post(f"{BASE}/station/{order.pk}/pack/", own).context["result"]
    assert (result.outcome, str(result.title), "Packed by anna on" in str(result.text)) == (
        LOOK,
        "Already packed",
        True,
    )
    assert order.shipments.count() == 1
    assert Push.objects.filter(kind="fulfillment.add_shipment").count() == 1


def test_what_was_packed_earlier_is_named_with_its_day(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    dispatcher.post(f"{BASE}/station/{order.pk}/pack/", {"carrier": "dhl", "tracking_code": "00340434161094042557"})
    order.shipments.update(created_at=datetime(2026, 3, 14, 13, 32, tzinfo=UTC))
    result = scan(dispatcher, "0034 0434 1610 9404 2557")
    assert (result.outcome, str(result.title)) == (LOOK, "Already packed")
    assert str(result.text) == "Packed by anna on 14 Mar 2026, 14:32. No change."


def test_a_cancelled_order_is_not_to_be_shipped(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    ProductionOrder.objects.update(state="cancelled")
    result = scan(dispatcher, order.vendor_id)
    assert (result.outcome, str(result.title)) == (WRONG, "Do not ship")


def test_without_scripts_a_scan_answers_with_the_whole_page(dispatcher: Client) -> None:
    page = dispatcher.post(f"{BASE}/station/scan/", {"code": "NONSENSE"}).content.decode()
    assert "Unknown code" in page
    assert "data-scan-form" in page


def test_papers_fetch_each_label_once_and_come_as_one_pdf(
    dispatcher: Client, make: Make, sandbox: Sandbox, work: Work
) -> None:
    orders = [make("label"), make("two_labels"), make("plain")]
    PRODUCTION_FILES.fetch_due()
    marked = {"order": [order.pk for order in orders]}
    moved = dispatcher.post(f"{BASE}/papers/", marked)
    shown = dispatcher.get(moved["Location"])
    assert "Fetch 3 labels and announce their parcels for today" in shown.content.decode()
    assert not Push.objects.exists()
    day = {"dispatch_on": timezone.localdate().isoformat()}
    for _ in range(2):
        dispatcher.post(f"{BASE}/papers/fetch/", marked | day)
    assert "being fetched" in dispatcher.get(moved["Location"]).content.decode()
    work()
    events = [event["event"] for event in sandbox.ledger.events]
    assert events.count("label_downloaded") == 3
    ready = dispatcher.get(moved["Location"])
    assert ready.context["is_ready"]
    pdf = dispatcher.get(ready.context["pdf"])
    assert pdf["Content-Type"] == "application/pdf"
    assert len(PdfReader(BytesIO(pdf.content)).pages) >= 1 + 3 + 3  # pick list, slips, labels


def test_papers_without_missing_labels_come_when_asked_for(dispatcher: Client, make: Make) -> None:
    order = make("label")
    PRODUCTION_FILES.fetch_due()
    address = f"{BASE}/papers/pdf/?order={order.pk}"
    refused = dispatcher.get(address, follow=True)
    assert "1 label is still missing" in refused.content.decode()
    assert dispatcher.get(f"{address}&without_missing=1")["Content-Type"] == "application/pdf"
    assert order.labels.get().state == LabelState.WAITING


def test_throughput_counts_what_was_reported(dispatcher: Client, make: Make, work: Work) -> None:
    order = make("plain")
    dispatcher.post(f"{BASE}/station/{order.pk}/pack/", {"carrier": "dhl", "tracking_code": "00340434161094042557"})
    Push.objects.update(next_at=timezone.now())
    work()
    context = dispatcher.get(f"{BASE}/throughput/").context
    assert (context["today"], context["total"], len(context["bars"])) == (1, 1, 30)
    assert list(context["carriers"]) == [("dhl", 1)]


def test_letters_that_cannot_be_printed_are_named_before_anything_is_printed(dispatcher: Client, make: Make) -> None:
    odd, plain = make("plain"), make("plain")
    ProductionOrder.objects.filter(pk=odd.pk).update(recipient={"lastname": "山田 🎉", "city": "Berlin"})
    answer = dispatcher.get(f"{BASE}/papers/?order={odd.pk}&order={plain.pk}")
    assert [(order.pk, letters) for order, letters in answer.context["unprintable"]] == [(odd.pk, "🎉")]
    assert "an empty box is printed" in answer.content.decode()
    assert "an empty box" not in dispatcher.get(f"{BASE}/papers/?order={plain.pk}").content.decode()
