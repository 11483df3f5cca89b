"""Noting complaints: about what was made, once each, with the deadline of the vendor."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.errors import IllegalTransition, InvalidInput
from orders.complaints.models import Bearer, ClaimState, Complaint, ComplaintCause, ComplaintState
from orders.complaints.services.deadlines import complaint_days, past_deadline
from orders.complaints.services.ending import settle_complaint, withdraw_complaint
from orders.complaints.services.opening import change_complaint
from orders.models import Order
from orders.services.timeline import describe
from tests.api.storefront import PEN, Storefront, build_order
from tests.orders.complaints.conftest import Arrived, complain, one_line, said


def test_a_complaint_names_pieces_cause_bearer_and_stands_in_the_timeline(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order, 3, text="The print is <b>upside</b> down.")
    assert (complaint.vendor, complaint.bearer, complaint.claim) == ("mypromo", Bearer.VENDOR, ClaimState.DUE)
    assert [(row.line.sku, row.quantity) for row in complaint.lines.all()] == [(PEN, 3)]
    [event] = order.events.filter(kind="complaint.opened")
    about = f"Complaint C-{complaint.pk}: faulty print, 3 × {PEN}. Cost borne by: the vendor."
    assert (describe(event), event.actor) == (f"{about} The print is <b>upside</b> down.", "clara")


@pytest.mark.parametrize(
    ("cause", "bearer", "claim"),
    [
        (ComplaintCause.DAMAGED, Bearer.CARRIER, ClaimState.DUE),
        (ComplaintCause.OUR_MISTAKE, Bearer.US, ClaimState.NONE),
        (ComplaintCause.RETURNED, Bearer.CUSTOMER, ClaimState.NONE),
    ],
)
def test_who_usually_bears_the_cost_follows_from_the_cause(
    arrived: Arrived, cause: ComplaintCause, bearer: Bearer, claim: ClaimState
) -> None:
    complaint = complain(arrived(**one_line()), cause=cause)
    assert (complaint.bearer, complaint.claim) == (bearer, claim)


def test_a_claim_is_taken_for_the_vendors_days_after_delivery(arrived: Arrived) -> None:
    delivered_at = timezone.now() - timedelta(days=10)
    complaint = complain(arrived(delivered_at=delivered_at, **one_line()))
    assert complaint.deadline == delivered_at + timedelta(days=complaint_days("mypromo"))
    assert complaint_days("mypromo") == 30


def test_one_that_is_not_claimed_by_then_is_work_for_a_person(arrived: Arrived) -> None:
    order = arrived(delivered_at=timezone.now() - timedelta(days=31), **one_line())
    late = complain(order, token="late")
    in_time = complain(arrived(reference="W-2", **one_line()), token="in time")
    assert (late.is_past_deadline, in_time.is_past_deadline) == (True, False)
    assert list(past_deadline()) == [late]
    change_complaint(late, cause=late.cause, text="", bearer=Bearer.US, actor="clara")
    assert not past_deadline().exists()


def test_the_same_form_sent_twice_is_one_complaint(arrived: Arrived) -> None:
    order = arrived(**one_line())
    assert complain(order) == complain(order)
    assert Complaint.objects.count() == 1
    assert said(order) == ["complaint.opened"]


def test_no_more_pieces_than_were_bought_can_be_complained_about(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complain(order, 60)
    with pytest.raises(InvalidInput) as refused:
        complain(order, 41, token="t2")
    assert refused.value.errors == {"lines": ["Line 1: a complaint is still possible for 40 of 100 pieces."]}
    assert Complaint.objects.count() == 1
    assert said(order) == ["complaint.opened"]


def test_pieces_of_a_withdrawn_complaint_may_be_complained_about_again(arrived: Arrived) -> None:
    order = arrived(**one_line())
    withdraw_complaint(complain(order, 100), actor="clara")
    assert complain(order, 100, token="t2").state == ComplaintState.OPEN


@pytest.mark.parametrize("quantities", [{}, {-1: 1}])
def test_a_complaint_is_about_pieces_of_its_order(arrived: Arrived, quantities: dict[int, int]) -> None:
    order = arrived(**one_line())
    with pytest.raises(InvalidInput) as refused:
        complain(order, quantities=quantities)
    assert "lines" in refused.value.errors
    assert not Complaint.objects.exists()


def test_a_complaint_is_about_one_vendor(arrived: Arrived) -> None:
    order = arrived(lines=[{"sku": PEN, "quantity": 100, "unit_price": "1.30"}] * 2)
    order.lines.filter(position=2).update(vendor="sign-customiser")
    with pytest.raises(InvalidInput) as refused:
        complain(order, quantities={line.pk: 1 for line in order.lines.all()})
    assert "one complaint per vendor" in refused.value.errors["lines"][0]
    assert not Complaint.objects.exists()


def test_nothing_that_is_not_made_can_be_complained_about(storefront: Storefront) -> None:
    storefront.shop.release_automatically = False
    storefront.shop.save()
    order = Order.objects.get(pk=storefront.place(build_order(**one_line())).json()["id"])
    with pytest.raises(IllegalTransition, match="change or cancel the order instead"):
        complain(order)
    assert not Complaint.objects.exists()
    assert said(order) == []


def test_a_parcel_of_another_order_is_refused(arrived: Arrived) -> None:
    other = arrived(reference="W-2", **one_line()).shipments.get()
    order = arrived(**one_line())
    with pytest.raises(InvalidInput) as refused:
        complain(order, parcel=other.pk)
    assert "parcel" in refused.value.errors
    assert not Complaint.objects.exists()


def test_a_returned_parcel_is_noted_with_its_parcel(arrived: Arrived) -> None:
    order = arrived(**one_line())
    parcel = order.shipments.get()
    complaint = complain(order, cause=ComplaintCause.RETURNED, parcel=parcel.pk, text="Recipient unknown")
    assert (complaint.parcel, complaint.get_cause_display()) == (parcel, "parcel returned")


def test_a_change_is_one_line_of_the_timeline_with_before_and_after(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order)
    change_complaint(complaint, cause=ComplaintCause.FAULTY, text="Ink leaks", bearer=Bearer.US, actor="otto")
    complaint.refresh_from_db()
    assert (complaint.cause, complaint.bearer, complaint.claim) == ("faulty", "us", ClaimState.NONE)
    event = order.events.get(kind="complaint.changed")
    assert event.params["changed"] == {
        "cause": ["misprint", "faulty"], "text": ["", "Ink leaks"], "bearer": ["vendor", "us"],
    }  # fmt: skip
    change_complaint(complaint, cause=ComplaintCause.FAULTY, text="Ink leaks", bearer=Bearer.US, actor="otto")
    assert order.events.filter(kind="complaint.changed").count() == 1


def test_a_settled_complaint_is_not_changed(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = settle_complaint(complain(order), actor="clara", note="Only a question")
    with pytest.raises(IllegalTransition, match="Reopen it first"):
        change_complaint(complaint, cause="faulty", text="", bearer="us", actor="otto")
    complaint.refresh_from_db()
    assert complaint.cause == "misprint"
    assert said(order) == ["complaint.opened", "complaint.settled"]


def test_shops_do_not_read_who_bears_the_cost(arrived: Arrived, storefront: Storefront) -> None:
    order = arrived(**one_line())
    complain(order)
    told = storefront.get(f"orders/{order.pk}/timeline/").json()["results"]
    assert not [event for event in told if event["kind"].startswith("complaint.")]
