"""The order that makes a complaint good: the one way in, once, linked both ways."""

import threading
from typing import Any

import pytest
from django.db import connection

from backoffice.engine.models import Push
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.files.types import PDF
from orders.complaints.models import Bearer, Complaint, ComplaintCause, ComplaintState, Replacement
from orders.complaints.services import replacing
from orders.complaints.services.ending import settle_complaint
from orders.complaints.services.replacing import (
    RequestedReplacement,
    check_replacement,
    order_replacement,
    propose_quantities,
)
from orders.models import Order, OrderState, ShopFile
from orders.services.intake.judging import OrderRefused
from orders.services.lifecycle import cancel_order
from orders.services.order_message import order_to_place
from orders.services.timeline import describe
from tests.api.storefront import CARD, PEN, SIGN
from tests.orders.complaints.conftest import Arrived, complain, deliver, one_line, said
from tests.orders.rows import FILE


def replace(complaint: Complaint, **requested: Any) -> Order:
    return order_replacement(complaint, RequestedReplacement(**requested), actor="clara").order


def test_a_replacement_is_an_order_of_the_pieces_on_its_way_and_linked_both_ways(arrived: Arrived) -> None:
    order = arrived(**one_line(), reference="4711")
    complaint = complain(order, 12, bearer=Bearer.US)
    made = replace(complaint)
    assert (made.reference, made.complaint, made.state) == ("4711-R1", True, OrderState.RELEASED)
    assert (made.total, made.customer_email) == (0, order.customer_email)
    [line] = made.lines.all()
    assert (line.sku, line.quantity, line.unit_price, str(line.unit_cost)) == (PEN, 12, 0, "0.9000")
    assert str(made.addresses.get(role="recipient")) == str(order.addresses.get(role="recipient"))
    part = made.vendor_orders.get()
    assert order_to_place(part).complaint
    assert Push.objects.get().subject_id == part.pk
    assert (complaint.replacements.get().order, str(complaint.replacements.get().cost)) == (made, "10.800")
    assert describe(order.events.get(kind="complaint.replaced")).startswith(f"Order {made.number} replaces")
    assert order.number in describe(made.events.get(kind="complaint.replaces"))
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.SETTLED  # we bear it: nothing is left to do


def test_pressed_twice_it_is_one_order(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    assert replace(complaint) == replace(complaint)
    assert (Order.objects.count(), Replacement.objects.count(), Push.objects.count()) == (2, 1, 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_asked_under_the_lock", [True, False])
def test_pressed_by_ten_at_once_it_is_one_order(
    arrived: Arrived, monkeypatch: pytest.MonkeyPatch, is_asked_under_the_lock: bool
) -> None:
    """Without the look under the lock, the control, each of the ten presses makes an order of its own."""
    complaint = complain(arrived(**one_line()))
    if not is_asked_under_the_lock:
        none_yet = replacing.find_remedies(complaint)
        monkeypatch.setattr(replacing, "find_remedies", lambda _complaint: none_yet)
    start = threading.Barrier(10)

    def press() -> None:
        start.wait()
        try:
            replace(Complaint.objects.select_related("order__shop").get(pk=complaint.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Replacement.objects.count() == (1 if is_asked_under_the_lock else 10)


def test_files_designs_and_customs_go_with_it(arrived: Arrived) -> None:
    order = arrived()
    card, design = order.lines.all()
    complaint = complain(order, quantities={card.pk: 100, design.pk: 50})
    first, second = replace(complaint).lines.all()
    assert (first.sku, first.files, first.file_credentials) == (CARD, card.files, card.file_credentials)
    assert (first.customs, second.design_id) == (card.customs, "9")


def test_links_to_our_files_are_signed_anew(arrived: Arrived, storefront: Any) -> None:
    kept = ShopFile.objects.create(shop=storefront.shop, sha256="a" * 64, content_type=PDF, path="x", size=1)
    order = arrived(**one_line(files=[{"file_id": kept.public_id, "type": "front"}], sku=CARD))
    order.lines.update(files=[{"url": "https://ended", "type": "front", "file_id": kept.public_id}])
    [file] = replace(complain(order)).lines.get().files
    assert file["file_id"] == kept.public_id
    assert "/files/" in file["url"]
    assert "ended" not in file["url"]


def test_a_returned_parcel_is_sent_again_to_the_corrected_address(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order, cause=ComplaintCause.RETURNED, parcel=order.shipments.get().pk)
    made = replace(complaint, recipient={"street": "Neue Straße 1", "country_code": "DEU", "zip": "20095"})
    address = made.addresses.get(role="recipient")
    assert (address.street, address.country_code, address.lastname) == ("Neue Straße 1", "DE", "Größer")
    assert order.addresses.get(role="recipient").street == "Hauptstraße 42"


def test_what_the_vendor_would_refuse_is_refused_before_anything_is_made(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order)
    wrong = RequestedReplacement(recipient={"street": "x" * 40})
    assert "recipient.street" in check_replacement(complaint, wrong).errors
    with pytest.raises(OrderRefused) as refused:
        order_replacement(complaint, wrong, actor="clara")
    assert "recipient.street" in refused.value.errors
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.OPEN
    assert (Order.objects.count(), Replacement.objects.count(), Push.objects.count()) == (1, 0, 0)
    assert said(order) == ["complaint.opened"]


def test_nothing_is_ordered_without_pieces(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    with pytest.raises(InvalidInput):
        replace(complaint, quantities={})
    assert (Order.objects.count(), Push.objects.count()) == (1, 0)


def test_more_may_be_sent_than_was_broken_where_the_vendor_makes_no_fewer(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint, line = complain(order, 2), order.lines.get()
    assert "lines[0].quantity" in check_replacement(complaint, RequestedReplacement({line.pk: 2})).errors
    assert propose_quantities(complaint) == {line.pk: 10}
    assert replace(complaint).lines.get().quantity == 10


def test_pieces_in_steps_are_proposed_by_the_next_step(arrived: Arrived) -> None:
    order = arrived(lines=[{"sku": SIGN, "quantity": 500, "unit_price": "1.30", "files": [FILE]}])
    assert list(propose_quantities(complain(order, 101)).values()) == [500]
    assert list(propose_quantities(complain(order, 100, token="t2")).values()) == [100]


def test_checking_keeps_nothing_and_names_the_price(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), 20)
    checked = check_replacement(complaint, RequestedReplacement())
    assert (str(checked.cost), checked.errors) == ("18.00", {})
    assert Order.objects.count() == 1


def test_a_complaint_that_was_settled_by_it_is_open_again_once_it_is_cancelled(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()), bearer=Bearer.US)
    made = replace(complaint)
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.SETTLED
    cancel_order(made, actor="clara", reason="sold out")
    complaint.refresh_from_db()
    assert (complaint.state, said(complaint.order)[-1]) == (ComplaintState.OPEN, "complaint.reopened")
    assert replace(complaint).state == OrderState.RELEASED


def test_a_cancelled_replacement_may_be_ordered_anew_under_the_next_number(arrived: Arrived) -> None:
    order = arrived(**one_line(), reference="4711")
    complaint = complain(order)
    cancel_order(replace(complaint), actor="clara", reason="wrong address")
    assert replace(complaint).reference == "4711-R2"


def test_a_replacement_that_is_broken_too_counts_on_from_the_first(arrived: Arrived) -> None:
    order = arrived(**one_line(), reference="4711")
    first = deliver(replace(complain(order)))
    assert replace(complain(first, 1, token="t2")).reference == "4711-R2"


def test_a_reference_that_is_full_makes_room_for_the_number(arrived: Arrived) -> None:
    order = arrived(**one_line(), reference="9" * 50)
    assert replace(complain(order)).reference == "9" * 47 + "-R1"


def test_an_order_of_a_shop_that_releases_by_hand_goes_at_once(arrived: Arrived, storefront: Any) -> None:
    complaint = complain(arrived(**one_line()))
    storefront.shop.release_automatically = False
    storefront.shop.save()
    assert replace(Complaint.objects.get(pk=complaint.pk)).state == OrderState.RELEASED


def test_an_ended_complaint_is_not_replaced(arrived: Arrived) -> None:
    complaint = settle_complaint(complain(arrived(**one_line())), actor="clara")
    with pytest.raises(IllegalTransition):
        replace(complaint)
    assert (Order.objects.count(), Push.objects.count()) == (1, 0)
