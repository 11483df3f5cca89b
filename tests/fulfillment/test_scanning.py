"""Scanning at the dispatch station, and the papers of a batch."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from backoffice.engine.models import Push
from backoffice.errors import Conflict, InvalidInput
from backoffice.sandbox import Sandbox
from fulfillment.models import Label, ParcelState, ProductionOrder, ProductionShipment
from fulfillment.services.dispatching import withdraw_parcel
from fulfillment.services.downloads import PRODUCTION_FILES
from fulfillment.services.papers import merge_papers
from fulfillment.services.picking import begin_batch, find_batch
from fulfillment.services.scanning import UNDO_SECONDS, Scan, ScanKind, clean_code, confirm_scan
from tests.fulfillment.conftest import Make

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
Fetch = Callable[[Label], Label]


def pieces_left(scan: Scan) -> int:
    return sum(item.remaining for item in scan.production_order.items.all())


def leave_now() -> None:
    """End the time to take parcels back."""
    Push.objects.filter(kind="fulfillment.add_shipment").update(next_at=timezone.now())


def test_a_scanned_label_confirms_its_parcel_and_says_what_is_left(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order = make("label")
    label = fetch(order.labels.get())
    scan = confirm_scan(f"]C1{label.tracking_code}\r", actor="anna")
    assert (scan.kind, scan.production_order, pieces_left(scan)) == (ScanKind.CONFIRMED, order, 0)
    assert (
        0 < (Push.objects.get(kind__endswith="add_shipment").next_at - timezone.now()).total_seconds() <= UNDO_SECONDS
    )
    assert sandbox.ledger.shipments() == []
    leave_now()
    work()
    assert [entry["tracking_code"] for entry in sandbox.ledger.shipments()] == [label.tracking_code]


def test_a_second_scan_says_that_it_is_done(sandbox: Sandbox, make: Make, fetch: Fetch, work: Work) -> None:
    label = fetch(make("label").labels.get())
    first = confirm_scan(label.tracking_code, actor="anna")
    again = confirm_scan(label.tracking_code, actor="bert")
    assert (again.kind, again.parcel) == (ScanKind.ALREADY, first.parcel)
    leave_now()
    work()
    assert len(sandbox.ledger.shipments()) == 1


def test_a_wrong_scan_is_taken_back_and_may_be_made_again(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    label = fetch(make("label").labels.get())
    withdraw_parcel(confirm_scan(label.tracking_code, actor="anna").parcel, actor="anna")
    leave_now()
    work()
    assert sandbox.ledger.shipments() == []
    assert confirm_scan(label.tracking_code, actor="anna").kind == ScanKind.CONFIRMED
    leave_now()
    work()
    assert len(sandbox.ledger.shipments()) == 1


def test_a_label_that_was_not_fetched_is_refused_in_the_vendors_words(make: Make) -> None:
    label = make("label").labels.get()
    with pytest.raises(InvalidInput, match="Fetch the label before reporting a parcel with it"):
        confirm_scan(label.tracking_code, actor="anna")
    assert not ProductionShipment.objects.exists()


def test_one_of_several_labels_asks_what_is_in_the_parcel(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order = make("two_labels")
    first, second = [fetch(label) for label in order.labels.all()]
    item = order.items.get()
    asked = confirm_scan(first.tracking_code, actor="anna")
    assert (asked.kind, pieces_left(asked)) == (ScanKind.NEEDS_ITEMS, item.quantity)
    assert not ProductionShipment.objects.exists()
    part = confirm_scan(first.tracking_code, actor="anna", quantities={item.pk: 2})
    assert (part.kind, pieces_left(part)) == (ScanKind.CONFIRMED, item.quantity - 2)
    rest = confirm_scan(second.tracking_code, actor="anna")
    assert (rest.kind, pieces_left(rest)) == (ScanKind.CONFIRMED, 0)
    leave_now()
    work()
    assert [sum(line["quantity"] for line in entry["items"]) for entry in sandbox.ledger.shipments()] == [
        2,
        item.quantity - 2,
    ]


def test_the_code_of_an_order_shows_it_and_does_nothing(make: Make) -> None:
    order = make("plain")
    for code in (order.vendor_id, order.reference):
        scan = confirm_scan(code, actor="anna")
        assert (scan.kind, scan.production_order) == (ScanKind.ORDER, order)
        assert pieces_left(scan) == order.items.get().quantity
    assert not Push.objects.exists()


@pytest.mark.parametrize("code", ["", "   ", "nothing of ours", "\x00", "]C1"])
def test_an_unknown_code_says_so(code: str, make: Make) -> None:
    make("plain")
    assert confirm_scan(code, actor="anna").kind == ScanKind.UNKNOWN


def test_what_scanners_add_is_taken_off() -> None:
    assert clean_code("]C1 00340434\x1d1\r\n") == "003404341"


def test_the_papers_of_a_batch_are_one_pdf_in_picking_order(sandbox: Sandbox, make: Make, work: Work) -> None:
    orders = [make(kind) for kind in ("two_labels", "label", "long_names", "generic")]
    PRODUCTION_FILES.fetch_due()
    batch, problems = begin_batch([order.pk for order in orders], actor="anna", dispatch_on=timezone.localdate())
    assert (batch.is_ready, problems, len(batch.fetching)) == (False, [], 4)
    with pytest.raises(Conflict, match="4 labels"):
        merge_papers(batch)
    work()
    batch = find_batch([order.pk for order in orders])
    assert batch.is_ready
    pages = [page.extract_text() for page in PdfReader(BytesIO(merge_papers(batch))).pages]
    assert [order.vendor_id in pages[0] for order in orders] == [True] * 4
    places = []
    for order in batch.orders:
        labels = [label.tracking_code for label in order.labels.all()]
        found = [n for n, page in enumerate(pages[1:]) if any(code in page for code in labels)]
        assert len(found) == len(labels)
        places += found
    assert places == sorted(places)
    first_articles = [min(item.sku_fulfiller or item.sku for item in order.items.all()) for order in batch.orders]
    assert first_articles == sorted(first_articles)


def test_printing_again_fetches_no_label_again(sandbox: Sandbox, make: Make, work: Work) -> None:
    ids = [make("two_labels").pk, make("generic").pk]
    for _ in range(3):
        begin_batch(ids, actor="anna", dispatch_on=timezone.localdate())
        work()
        merge_papers(find_batch(ids))
    assert sorted(sandbox.ledger.label_downloads().values()) == [1, 1, 1]
    assert list(sandbox.ledger.generic_labels().values()) == [1]


def test_names_in_other_scripts_and_markup_are_printed_as_they_are(make: Make) -> None:
    order = make("plain")
    ProductionOrder.objects.update(
        recipient={"lastname": "Łukasz Größer <b>&amp;</b>", "street": "Οδός 1", "city": "Киев", "country_code": "UA"}
    )
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(merge_papers(find_batch([order.pk])))).pages)
    for word in ("Łukasz Größer <b>&amp;</b>", "Οδός 1", "Киев"):
        assert word in text


def test_a_batch_reports_a_lost_label_instead_of_printing_without_it(
    sandbox: Sandbox, make: Make, fetch: Fetch
) -> None:
    order = make("label")
    fetch(order.labels.get())
    Label.objects.update(state="lost", stored_at=None)
    batch = find_batch([order.pk])
    assert [label.pk for label in batch.stuck] == [order.labels.get().pk]
    with pytest.raises(Conflict, match="1 label is"):
        merge_papers(batch)
    assert merge_papers(batch, without_missing=True).startswith(b"%PDF-")
    assert not order.shipments.filter(state=ParcelState.REPORTED).exists()
