"""What of complaints stands in the inbox."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.admin.desk.conftest import SignIn
from tests.admin.inbox import read_inbox
from tests.orders.complaints.conftest import Arrived, complain, one_line
from tests.orders.complaints.test_remedies import refund


def test_missed_deadlines_open_complaints_and_refunds_each_have_their_group(clerk: Client, arrived: Arrived) -> None:
    complain(arrived(reference="W-1", delivered_at=timezone.now() - timedelta(days=31), **one_line()), token="late")
    refund(complain(arrived(reference="W-2", **one_line())))
    found = read_inbox(clerk)
    assert "Complaints past the vendor&#x27;s deadline" in found
    assert "Open complaints" in found
    assert "Refunds to pay" in found


def test_who_sees_no_complaints_sees_no_group_of_them(sign_in: SignIn, arrived: Arrived) -> None:
    complain(arrived(**one_line()))
    assert "Open complaints" not in read_inbox(sign_in("view_order", "change_order", name="olaf"))
