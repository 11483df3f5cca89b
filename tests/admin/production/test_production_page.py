"""The page of one production order, and what its buttons do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.sandbox import Sandbox
from fulfillment.admin.production_page.steps import next_step
from fulfillment.models import (
    Carrier,
    Label,
    LabelState,
    ParcelState,
    ProductionFile,
    ProductionOrder,
    ProductionShipment,
)
from fulfillment.services.downloads import PRODUCTION_FILES
from tests.admin.desk.conftest import SignIn
from tests.admin.production.conftest import DISPATCHER
from tests.fulfillment.conftest import Make

pytestmark = pytest.mark.django_db
BASE = "/admin/fulfillment/productionorder"
CODE = "1Z999AA10123456784"
Work = Callable[[], None]
Fetch = Callable[[Label], Label]


def url(order: ProductionOrder) -> str:
    return f"{BASE}/{order.pk}/change/"


def page(client: Client, order: ProductionOrder) -> str:
    return client.get(url(order)).content.decode()


def fetch_url(label: Label) -> str:
    return f"{BASE}/labels/{label.pk}/fetch/"


def parcel(**changes: object) -> dict[str, object]:
    return {"contents": "whole", "carrier": "ups", "tracking_code": CODE, **changes}


def test_the_page_shows_what_is_to_be_made_and_for_whom(dispatcher: Client, make: Make) -> None:
    order = make("design")
    text = page(dispatcher, order)
    for expected in (
        order.vendor_id,
        order.items.get().name,
        "mypromo (fulfiller)",
        "Recipient",
        order.recipient["city"],
    ):
        assert expected in text, expected


def test_names_with_markup_do_no_harm(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    evil = "<script>alert(1)</script>"
    order.items.update(name=evil, configuration=[{"key": evil, "value": evil}])
    ProductionOrder.objects.update(reference=evil, comment=evil, recipient={"company": evil, "city": evil})
    for address in (url(order), f"{BASE}/", f"{BASE}/{order.pk}/parcels/add/", f"{BASE}/papers/?order={order.pk}"):
        assert evil not in dispatcher.get(address).content.decode()


def test_the_page_needs_as_many_queries_for_a_large_order(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    small, large = make("label"), make("two_labels")
    for label in large.labels.all():
        fetch(label)
        ProductionShipment.objects.create(
            production_order=large, carrier="ups", tracking_code=label.pk, made_by="x", label=label
        )
    dispatcher.get(url(small))
    with CaptureQueriesContext(connection) as few:
        dispatcher.get(url(small))
    with CaptureQueriesContext(connection) as many:
        dispatcher.get(url(large))
    assert len(many) <= len(few) + 1 <= 20  # lines of parcels are asked for where there are parcels


def test_looking_at_pages_fetches_no_label(dispatcher: Client, make: Make, sandbox: Sandbox) -> None:
    order = make("label")
    label = order.labels.get()
    for _ in range(2):
        for address in (url(order), fetch_url(label), f"{BASE}/papers/?order={order.pk}"):
            assert dispatcher.get(address).status_code == 200
    assert not Push.objects.exists()


def test_a_label_is_fetched_after_a_page_that_names_it_and_what_follows(
    dispatcher: Client, make: Make, sandbox: Sandbox, work: Work
) -> None:
    order = make("label")
    label = order.labels.get()
    asked = dispatcher.get(fetch_url(label)).content.decode()
    assert label.tracking_code in asked
    assert "announces the pickup to the carrier for today" in asked
    day = {"dispatch_on": timezone.localdate().isoformat()}
    dispatcher.post(fetch_url(label), day)
    dispatcher.post(fetch_url(label), day)  # a double click
    work()
    label.refresh_from_db()
    assert label.state == LabelState.KEPT
    assert [event["event"] for event in sandbox.ledger.events].count("label_downloaded") == 1
    served = dispatcher.get(f"{BASE}/documents/label/{label.pk}/")
    assert b"".join(served.streaming_content).startswith(b"%PDF")
    assert "parcel announced" in page(dispatcher, order)


def test_a_page_left_open_overnight_fetches_nothing(dispatcher: Client, make: Make) -> None:
    label = make("label").labels.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = dispatcher.post(fetch_url(label), {"dispatch_on": yesterday.isoformat()}, follow=True)
    assert "only be fetched on the day of dispatch" in answer.content.decode()
    label.refresh_from_db()
    assert label.state == LabelState.WAITING
    assert not Push.objects.exists()


def test_a_lost_label_takes_a_copy_but_only_a_pdf(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    order = make("label")
    label = fetch(order.labels.get())
    content = b"".join(dispatcher.get(f"{BASE}/documents/label/{label.pk}/").streaming_content)
    Label.objects.update(state=LabelState.LOST, stored_at=None)
    assert "copy of the label is missing" in page(dispatcher, order)
    address = f"{BASE}/labels/{label.pk}/copy/"
    refused = dispatcher.post(address, {"file": SimpleUploadedFile("l.pdf", b"nothing")}, follow=True)
    assert "not a PDF" in refused.content.decode()
    dispatcher.post(address, {"file": SimpleUploadedFile("l.pdf", content)})
    label.refresh_from_db()
    assert (label.state, label.is_kept) == (LabelState.KEPT, True)


def test_a_parcel_is_reported_and_can_be_undone_before(
    dispatcher: Client, make: Make, sandbox: Sandbox, work: Work
) -> None:
    order = make("plain")
    answer = dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", parcel(weight_g="850", height_cm="10"), follow=True)
    assert "until then it can be undone" in answer.content.decode()
    made = order.shipments.get()
    assert (made.state, made.weight_g, made.made_by) == (ParcelState.WAITING, 850, "anna")
    dispatcher.post(f"{BASE}/parcels/{made.pk}/withdraw/")
    made.refresh_from_db()
    assert made.state == ParcelState.WITHDRAWN
    assert sandbox.ledger.shipments() == []


def test_a_refusal_is_shown_in_the_vendors_words_beside_its_field(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    too_many = parcel(contents="part", **{f"quantity_{item.pk}": item.quantity + 1})
    answer = dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", too_many)
    assert "must not exceed the remaining quantity" in str(answer.context["form"].errors[f"quantity_{item.pk}"])
    assert not order.shipments.exists()
    assert not Push.objects.exists()


def test_supplied_labels_come_first(dispatcher: Client, make: Make) -> None:
    order = make("label")
    answer = dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", parcel())
    assert "Use all supplied labels before" in str(answer.context["form"].errors["tracking_code"])
    assert not order.shipments.exists()


def test_only_available_carriers_are_offered(dispatcher: Client, make: Make) -> None:
    order = make("plain")
    text = dispatcher.get(f"{BASE}/{order.pk}/parcels/add/").content.decode()
    assert 'value="dhl"' in text
    assert "dp-warenpost" not in text
    answer = dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", parcel(carrier="dp-warenpost"))
    assert "carrier" in answer.context["form"].errors


def test_the_carrier_of_a_label_can_be_chosen_although_it_is_not_offered(dispatcher: Client, make: Make) -> None:
    order = make("label")
    address, named = f"{BASE}/{order.pk}/parcels/add/", order.labels.get().carrier
    Carrier.objects.filter(key=named).update(available=False)
    assert f'value="{named}" selected' in dispatcher.get(address).content.decode()
    Carrier.objects.filter(key=named).delete()
    assert f'value="{named}" selected>{named.upper()}' in dispatcher.get(address).content.decode()


def test_force_needs_its_permission_and_a_reason(dispatcher: Client, sign_in: SignIn, make: Make) -> None:
    order = make("label")
    address = f"{BASE}/{order.pk}/parcels/add/"
    forced = parcel(force="on", force_reason="the label was torn")
    assert "force" not in dispatcher.get(address).context["form"].fields
    dispatcher.post(address, forced)
    assert not order.shipments.exists()
    chief = sign_in(*DISPATCHER, "force_productionorder", name="chief")
    assert "force_reason" in chief.post(address, forced | {"force_reason": ""}).context["form"].errors
    assert not order.shipments.exists()
    chief.post(address, forced)
    assert order.shipments.get().force_reason == "the label was torn"
    assert "the label was torn" in page(chief, order)


def test_a_reader_sees_everything_and_can_do_nothing(reader: Client, make: Make) -> None:
    order = make("label")
    label = order.labels.get()
    text = page(reader, order)
    assert "Report a parcel" not in text
    assert "/fetch/" not in text
    for address in (fetch_url(label), f"{BASE}/{order.pk}/parcels/add/", f"{BASE}/papers/fetch/", f"{BASE}/station/"):
        assert reader.post(address).status_code == 403
    assert not Push.objects.exists()


def test_files_open_only_for_those_who_may(dispatcher: Client, reader: Client, make: Make) -> None:
    order = make("design")
    PRODUCTION_FILES.fetch_due()
    file = ProductionFile.objects.filter(production_order=order, stored_at__isnull=False).first()
    assert file is not None
    address = f"{BASE}/documents/file/{file.pk}/"
    assert address in page(dispatcher, order)
    assert dispatcher.get(address).status_code == 200
    assert address not in page(reader, order)
    assert reader.get(address).status_code == 403


def test_the_exchange_with_the_vendor_opens_on_the_page(dispatcher: Client, make: Make, work: Work) -> None:
    order, other = make("plain"), make("plain")
    dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", parcel())
    Push.objects.update(next_at=timezone.now())
    work()
    push = Push.objects.get()
    shown = dispatcher.get(f"{BASE}/{order.pk}/exchange/{push.pk}/").content.decode()
    assert "addShipment" in shown or CODE in shown
    assert dispatcher.get(f"{BASE}/{other.pk}/exchange/{push.pk}/").status_code == 404


def test_the_next_step_follows_the_order_to_its_end(make: Make, fetch: Fetch, dispatcher: Client, work: Work) -> None:
    order = make("label")
    order.files.update(next_at=None)
    said = [next_step(order).text]
    label = fetch(order.labels.get())
    said.append(next_step(ProductionOrder.objects.get(pk=order.pk)).text)
    named = parcel(carrier=label.carrier, tracking_code=label.tracking_code)
    dispatcher.post(f"{BASE}/{order.pk}/parcels/add/", named)
    said.append(next_step(ProductionOrder.objects.get(pk=order.pk)).text)
    Push.objects.update(next_at=timezone.now())
    work()
    said.append(next_step(ProductionOrder.objects.get(pk=order.pk)).text)
    assert said == [
        "Make it; fetch the label on the day of dispatch.",
        "Pack it and scan the label.",
        "Everything is packed; the report is being sent to the vendor.",
        "Everything is shipped and reported.",
    ]


def test_an_order_that_is_not_there_is_not_found(dispatcher: Client) -> None:
    for key in ("999999", "x", "9" * 30):
        assert dispatcher.get(f"{BASE}/{key}/change/").status_code == 404


def test_the_next_label_is_offered_once_the_first_is_fetched(dispatcher: Client, make: Make, fetch: Fetch) -> None:
    order = make("two_labels")
    first, second = order.labels.all()
    assert dispatcher.get(url(order)).context["page"].label_to_fetch == first
    fetch(first)
    assert dispatcher.get(url(order)).context["page"].label_to_fetch == second
    fetch(second)
    assert dispatcher.get(url(order)).context["page"].label_to_fetch is None


def test_the_desk_speaks_german(dispatcher: Client, make: Make) -> None:
    order = make("label")
    dispatcher.cookies["django_language"] = "de"
    for address, words in {
        url(order): "Etikett abrufen",
        f"{BASE}/": "Arbeitsliste",
        f"{BASE}/station/": "Bereit",
    }.items():
        assert words in dispatcher.get(address).content.decode()
