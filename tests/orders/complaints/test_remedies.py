"""Refunds, claims and photos of a complaint, and how it ends."""

import threading
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from backoffice.engine.models import Push
from backoffice.errors import DomainError, IllegalTransition, InvalidInput
from orders.complaints.models import Bearer, ClaimState, Complaint, ComplaintCause, ComplaintState, Payer, Refund
from orders.complaints.services.claims import answer_claim, record_claim, write_claim
from orders.complaints.services.ending import reopen_complaint, settle_complaint, withdraw_complaint
from orders.complaints.services.photos import MAX_PHOTO_BYTES, MOST_PHOTOS, add_photo
from orders.complaints.services.refunding import find_refundable, note_refund, record_payment, withdraw_refund
from orders.models import Order
from tests.orders.complaints.conftest import Arrived, complain, one_line, picture, said


def refund(complaint: Complaint, amount: str = "20.00", *, token: str = "r1") -> Refund:
    return note_refund(complaint, amount=Decimal(amount), payer=Payer.SHOP, token=token, actor="clara")


def state_of(complaint: Complaint) -> str:
    return Complaint.objects.get(pk=complaint.pk).state


def test_a_refund_is_noted_paid_by_somebody_and_ends_the_complaint(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order, bearer=Bearer.US)
    row = refund(complaint)
    assert (row.is_due, row.payer, state_of(complaint)) == (True, Payer.SHOP, ComplaintState.OPEN)
    record_payment(row, actor="anna")
    row.refresh_from_db()
    assert (row.paid_by, state_of(complaint)) == ("anna", ComplaintState.SETTLED)
    assert said(order) == [
        "complaint.opened", "complaint.refund_noted", "complaint.refund_paid", "complaint.settled",
    ]  # fmt: skip
    with pytest.raises(IllegalTransition, match="already been paid"):
        record_payment(row, actor="anna")
    with pytest.raises(IllegalTransition, match="already been paid"):
        withdraw_refund(row, actor="anna")


def test_the_same_refund_sent_twice_is_noted_once(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    assert refund(complaint) == refund(complaint)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "-1.00", "130.01", "1.005"])
def test_no_more_is_refunded_than_was_paid(arrived: Arrived, amount: str) -> None:
    order = arrived(**one_line())
    complaint = complain(order)
    with pytest.raises(InvalidInput) as refused:
        refund(complaint, amount)
    assert "amount" in refused.value.errors
    assert (Refund.objects.count(), Push.objects.count()) == (0, 0)
    assert said(order) == ["complaint.opened"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_refunds_at_once_stay_within_what_was_paid(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    start = threading.Barrier(8)

    def press(number: int) -> None:
        start.wait()
        try:
            refund(complaint, "40.00", token=str(number))
        except DomainError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Refund.objects.count() == 3  # of 130.00
    assert find_refundable(Order.objects.get()) == Decimal("10.00")


def test_a_withdrawn_refund_leaves_its_amount_to_others(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order)
    withdraw_refund(refund(complaint, "130.00"), actor="clara")
    assert find_refundable(order) == Decimal("130.00")
    assert refund(complaint, "130.00", token="r2").is_due


def test_a_complaint_does_not_end_while_a_refund_waits(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    refund(complaint)
    with pytest.raises(IllegalTransition, match="not been paid yet"):
        settle_complaint(complaint, actor="clara")
    assert state_of(complaint) == ComplaintState.OPEN


def test_a_claim_is_a_text_with_all_that_the_vendor_needs(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order, 3, text="Smeared")
    add_photo(complaint, [picture()], name="a.jpg", actor="clara")
    text, part, parcel = write_claim(complaint), order.vendor_orders.get(), order.shipments.get()
    for said_once in (part.reference, part.vendor_id, order.number, parcel.tracking_code, "Smeared", "faulty print"):
        assert said_once in text
    assert "Photos attached: 1" in text
    assert "3 × " in text


def test_an_accepted_claim_is_a_credit_and_ends_what_is_done(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = complain(order)
    record_payment(refund(complaint), actor="anna")
    record_claim(complaint, actor="clara")
    assert state_of(complaint) == ComplaintState.OPEN
    answer_claim(complaint, credit=Decimal("7.40"), actor="clara", note="by mail")
    complaint.refresh_from_db()
    assert (complaint.claim, str(complaint.credit), complaint.state) == (
        ClaimState.ACCEPTED, "7.400", ComplaintState.SETTLED,
    )  # fmt: skip


def test_a_refused_claim_leaves_the_cost_with_us(arrived: Arrived) -> None:
    complaint = record_claim(complain(arrived(**one_line())), actor="clara")
    answer_claim(complaint, credit=None, actor="clara", note="too late")
    complaint.refresh_from_db()
    assert (complaint.claim, complaint.bearer, complaint.state) == (
        ClaimState.REFUSED, Bearer.US, ComplaintState.OPEN,
    )  # fmt: skip


@pytest.mark.parametrize("credit", ["0", "-1", "1.001"])
def test_a_credit_is_an_amount(arrived: Arrived, credit: str) -> None:
    complaint = record_claim(complain(arrived(**one_line())), actor="clara")
    with pytest.raises(InvalidInput) as refused:
        answer_claim(complaint, credit=Decimal(credit), actor="clara")
    assert "credit" in refused.value.errors
    complaint.refresh_from_db()
    assert (complaint.claim, complaint.credit) == (ClaimState.SENT, None)


def test_no_claim_is_answered_that_was_not_sent_and_none_sent_that_is_not_due(arrived: Arrived) -> None:
    order = arrived(**one_line())
    due = complain(order)
    with pytest.raises(IllegalTransition, match="No claim is waiting"):
        answer_claim(due, credit=None, actor="clara")
    ours = complain(order, token="t2", cause=ComplaintCause.OUR_MISTAKE)
    with pytest.raises(IllegalTransition, match="There is no claim to send"):
        record_claim(ours, actor="clara")
    assert said(order) == ["complaint.opened"] * 2


def test_a_complaint_about_which_something_was_done_is_not_withdrawn_but_settled(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    refund(complaint)
    with pytest.raises(IllegalTransition, match="settle the complaint instead"):
        withdraw_complaint(complaint, actor="clara")
    assert state_of(complaint) == ComplaintState.OPEN


def test_a_settled_complaint_may_be_reopened_and_a_withdrawn_one_not(arrived: Arrived) -> None:
    order = arrived(**one_line())
    complaint = settle_complaint(complain(order), actor="clara", note="Customer is content")
    assert reopen_complaint(complaint, actor="otto").state == ComplaintState.OPEN
    withdraw_complaint(complaint, actor="otto")
    with pytest.raises(IllegalTransition):
        reopen_complaint(complaint, actor="otto")


def test_photos_are_kept_once_by_their_content(arrived: Arrived, settings_media: Path) -> None:
    complaint = complain(arrived(**one_line()))
    first = add_photo(complaint, [picture()], name="../../etc/passwd\u202egpj.exe" * 20, actor="clara")
    assert add_photo(complaint, [picture()], name="again.jpg", actor="otto") == first
    assert (first.content_type, len(first.name)) == ("image/jpeg", 200)
    assert (settings_media / first.path).read_bytes() == picture()
    assert said(complaint.order) == ["complaint.opened", "complaint.photo_added"]


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.7\n%%EOF", b"GIF89a", b"\xff\xd8\xff" + b"x" * MAX_PHOTO_BYTES]
)
def test_what_is_no_photo_or_too_large_is_refused(arrived: Arrived, content: bytes) -> None:
    complaint = complain(arrived(**one_line()))
    with pytest.raises(DomainError):
        add_photo(complaint, [content], name="x.jpg", actor="clara")
    assert not complaint.photos.exists()
    assert said(complaint.order) == ["complaint.opened"]


def test_a_complaint_has_so_many_photos_and_no_more(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    for number in range(MOST_PHOTOS):
        add_photo(complaint, [picture() + bytes([number])], name=f"{number}.jpg", actor="clara")
    with pytest.raises(InvalidInput, match="at most 12 photos"):
        add_photo(complaint, [picture() + b"more"], name="more.jpg", actor="clara")
    assert complaint.photos.count() == MOST_PHOTOS


@pytest.fixture(autouse=True)
def settings_media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path
