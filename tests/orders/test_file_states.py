"""How far a vendor is with each file of an order: kept from its reports, shown, and an item of attention in time."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from msgspec.structs import replace

from backoffice.dashboard.kinds.files import KINDS
from backoffice.vendors.messages import FileReport, LineReport, OrderReport, RemoteFileState, RemoteOrderState
from orders.models import Order, VendorOrder, VendorOrderLine
from orders.services.file_states import needs_files
from orders.services.placing.planning import start_over
from orders.services.reports.applying import apply_order_report
from tests.api.storefront import make_storefront
from tests.orders.reports import START, report
from tests.orders.rows import SKU

Sent = Callable[..., VendorOrder]
WAITING, FETCHED, CHECKED, FAILED = (
    FileReport(state=RemoteFileState(state), raw_state=state.upper(), name="front")
    for state in ("waiting", "fetched", "checked", "failed")
)


def told(state: RemoteOrderState, *files: FileReport, step: int, **more: Any) -> OrderReport:
    line = LineReport(vendor_id="8", reference="1", sku=SKU, quantity=5, files=files)
    return report(state, step=step, lines=(line,), **more)


def known() -> list[tuple[str, str]]:
    row = VendorOrderLine.objects.get()
    return [(one["state"], one["since"]) for one in row.file_states]


def test_a_file_is_known_since_when_the_vendor_has_it(sent: Sent) -> None:
    sent()
    apply_order_report(told(RemoteOrderState.SUBMITTED, WAITING, step=3), source="callback")
    apply_order_report(told(RemoteOrderState.CHECKED, FETCHED, step=5), source="callback")
    apply_order_report(told(RemoteOrderState.IN_PRODUCTION, FETCHED, step=8), source="callback")

    assert known() == [("fetched", (START + timedelta(seconds=5)).isoformat())]


def test_reports_in_any_order_leave_the_same_files(sent: Sent) -> None:
    story = [
        told(RemoteOrderState.SUBMITTED, WAITING, WAITING, step=3),
        told(RemoteOrderState.SUBMITTED, WAITING, FETCHED, step=4),
        told(RemoteOrderState.CHECKED, FETCHED, FETCHED, step=5),
        told(RemoteOrderState.IN_PRODUCTION, CHECKED, WAITING, step=6),
    ]
    ends = []
    row = sent()
    for some in permutations(story):
        VendorOrder.objects.filter(pk=row.pk).update(reported_at=None, reported_history_id=0, reported_rank=0)
        VendorOrderLine.objects.update(file_states=[], vendor_id="")
        for one in some:
            apply_order_report(one, source="callback")
        ends.append(known())
    checked, fetched = ((START + timedelta(seconds=step)).isoformat() for step in (6, 4))
    assert ends == [[("checked", checked), ("fetched", fetched)]] * len(ends)


def test_who_reads_what_changed_reads_an_order_again_when_a_file_of_it_did(sent: Sent) -> None:
    row = sent()

    def is_read_again(*files: FileReport, step: int) -> bool:
        before = Order.objects.get(pk=row.order_id).updated_at
        apply_order_report(told(RemoteOrderState.SUBMITTED, *files, step=step), source="callback")
        return Order.objects.get(pk=row.order_id).updated_at > before

    assert is_read_again(WAITING, step=3)
    assert is_read_again(FETCHED, step=4)
    assert not is_read_again(FETCHED, step=4)
    # The vendor has noted something for itself.
    assert not is_read_again(FETCHED, step=5)


def test_a_part_that_begins_anew_knows_nothing_of_its_files(sent: Sent) -> None:
    row = sent()
    apply_order_report(told(RemoteOrderState.SUBMITTED, FAILED, step=3, documents=(FETCHED,)), source="callback")
    row.refresh_from_db()
    assert row.files_due_at is not None
    assert row.document_states[0]["state"] == "fetched"

    start_over(row)

    row.refresh_from_db()
    assert (row.files_due_at, row.document_states, known()) == (None, [], [])


def test_a_file_that_is_not_fetched_in_time_needs_a_person(sent: Sent) -> None:
    row = sent()
    apply_order_report(told(RemoteOrderState.SUBMITTED, WAITING, FETCHED, step=3), source="callback")
    row.refresh_from_db()
    assert not needs_files(row)
    assert list(KINDS[0].rows()) == []

    VendorOrder.objects.update(submitted_at=timezone.now() - timedelta(hours=3))
    apply_order_report(told(RemoteOrderState.SUBMITTED, WAITING, FETCHED, step=4), source="callback")

    row.refresh_from_db()
    assert needs_files(row)
    (need,) = KINDS[0].needs(list(KINDS[0].rows()))
    # The line has one file, the vendor shows two: nobody can say which is which.
    assert need.detail == ""


@pytest.mark.parametrize(
    ("file", "expected"),
    [(WAITING, "has not fetched these files: front (L1)"), (FAILED, ("could not use these files: front (L1)"))],
)
def test_cause_and_remedy_stand_in_the_inbox_and_on_the_page(
    sent: Sent, client: Client, file: FileReport, expected: str
) -> None:
    row = sent()
    VendorOrder.objects.update(submitted_at=timezone.now() - timedelta(hours=3))
    apply_order_report(told(RemoteOrderState.SUBMITTED, file, step=4), source="callback")
    (need,) = KINDS[0].needs(list(KINDS[0].rows()))
    assert expected in need.detail
    assert "replace the file" in need.detail

    client.force_login(User.objects.create_superuser("mara"))
    page = client.get(f"/admin/orders/order/{row.order_id}/change/").content.decode()
    assert expected in page
    assert f"/parts/{row.pk}/take-back/" in page


@pytest.mark.parametrize(
    "ended", [told(RemoteOrderState.CHECKED, WAITING, step=5), told(RemoteOrderState.CANCELLED, FAILED, step=5)]
)
def test_what_the_vendor_is_through_with_asks_nobody(sent: Sent, ended: OrderReport) -> None:
    sent()
    VendorOrder.objects.update(submitted_at=timezone.now() - timedelta(hours=3))
    apply_order_report(told(RemoteOrderState.SUBMITTED, WAITING, step=4), source="callback")
    assert KINDS[0].rows().exists()
    apply_order_report(ended, source="callback")
    assert not KINDS[0].rows().exists()


def test_a_line_knows_when_it_ships_and_whether_that_is_late(sent: Sent) -> None:
    sent()
    first, last = START + timedelta(days=2), START + timedelta(days=4)
    dated = told(RemoteOrderState.IN_PRODUCTION, step=6)
    dated = replace(
        dated,
        lines=(replace(dated.lines[0], shipping_earliest=first, shipping_latest=last, shipping_late=True),),
    )
    apply_order_report(dated, source="callback")
    # One route leaves them out, and an old report comes late.
    for late in (told(RemoteOrderState.IN_PRODUCTION, step=6), told(RemoteOrderState.CHECKED, step=5)):
        apply_order_report(late, source="poll")

    row = VendorOrderLine.objects.get()
    assert (row.shipping_earliest, row.shipping_latest, row.late) == (first, last, True)


def test_a_shop_reads_how_far_its_files_are_and_when_lines_ship(sent: Sent) -> None:
    storefront = make_storefront()
    part = sent({}, {"reference": "B", "files": [], "kind": "design", "design_id": "9"})
    lines = (
        LineReport(vendor_id="8", reference="1", sku=SKU, quantity=5, files=(FETCHED,), shipping_latest=START),
        LineReport(vendor_id="9", reference="2", sku=SKU, quantity=5, files=(CHECKED,), shipping_late=True),
    )
    apply_order_report(report(RemoteOrderState.CHECKED, step=5, lines=lines), source="callback")

    body = storefront.get(f"orders/{part.order_id}/").json()

    [first], second = body["lines"][0]["files"], body["lines"][1]
    assert (first["status"], first["status_since"]) == ("fetched", "2026-11-20T10:00:05Z")
    assert body["lines"][0]["shipping_latest"] == "2026-11-20T10:00:00Z"
    assert (second["design_status"], second["shipping_late"]) == ("checked", True)


def test_a_shop_reads_whether_its_slip_was_fetched(sent: Sent) -> None:
    storefront = make_storefront()
    part = sent(documents=1)
    apply_order_report(told(RemoteOrderState.SUBMITTED, FETCHED, step=5, documents=(WAITING,)), source="callback")

    [slip] = storefront.get(f"orders/{part.order_id}/").json()["documents"]
    assert (slip["status"], slip["status_since"]) == ("waiting", "2026-11-20T10:00:05Z")
