"""What complaints cost, by cause and vendor."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.complaints.models import Bearer, Complaint, ComplaintCause, Payer
from orders.complaints.services.claims import answer_claim, record_claim
from orders.complaints.services.costs import sum_costs
from orders.complaints.services.ending import withdraw_complaint
from orders.complaints.services.refunding import note_refund, withdraw_refund
from orders.complaints.services.replacing import RequestedReplacement, order_replacement
from orders.services.lifecycle import cancel_order
from tests.orders.complaints.conftest import Arrived, complain, one_line


def give_back(complaint: Complaint, amount: str, token: str) -> None:
    note_refund(complaint, amount=Decimal(amount), payer=Payer.SHOP, token=token, actor="clara")


def test_cost_is_replacements_and_refunds_less_credits_by_cause_and_vendor(arrived: Arrived) -> None:
    order = arrived(**one_line())
    first = complain(order, 10)
    order_replacement(first, RequestedReplacement(), actor="clara")  # 10 at 0.90
    give_back(first, "5.00", "r1")
    give_back(first, "2.00", "r2")
    record_claim(first, actor="clara")
    answer_claim(first, credit=Decimal("4.00"), actor="clara")
    second = complain(order, 1, token="t2")
    give_back(second, "1.00", "r3")
    damaged = complain(order, 1, token="t3", cause=ComplaintCause.DAMAGED)
    give_back(damaged, "3.50", "r4")
    rows = sum_costs()
    assert [(row.cause, row.vendor, row.currency, row.complaints) for row in rows] == [
        ("misprint", "mypromo", "EUR", 2),
        ("damaged", "mypromo", "EUR", 1),
    ]
    assert (rows[0].replacements, rows[0].refunds, rows[0].credits) == (9, 8, 4)
    assert (rows[0].total, rows[1].total) == (13, Decimal("3.5"))


def test_what_came_to_nothing_costs_nothing(arrived: Arrived) -> None:
    order = arrived(**one_line())
    withdraw_complaint(complain(order), actor="clara")
    complaint = complain(order, token="t2")
    made = order_replacement(complaint, RequestedReplacement(), actor="clara").order
    cancel_order(made, actor="clara", reason="")
    give_back(complaint, "5.00", "r1")
    withdraw_refund(complaint.refunds.get(), actor="clara")
    [row] = sum_costs()
    assert (row.complaints, row.total) == (1, 0)


def test_a_replacement_without_a_known_price_is_counted_apart(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    order_replacement(complaint, RequestedReplacement(), actor="clara")
    complaint.replacements.update(cost=None)
    [row] = sum_costs()
    assert (row.unpriced, row.total) == (1, 0)


def test_a_period_and_a_bearer_narrow_it(arrived: Arrived) -> None:
    order = arrived(**one_line())
    old = complain(order)
    Complaint.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=40))
    complain(order, token="t2", bearer=Bearer.US)
    month = timezone.now() - timedelta(days=30)
    assert [row.complaints for row in sum_costs(since=month)] == [1]
    assert [row.complaints for row in sum_costs(bearer=Bearer.VENDOR)] == [1]
    assert [row.complaints for row in sum_costs(since=month, bearer=Bearer.VENDOR)] == []


def test_the_number_of_complaints_changes_no_number_of_queries(arrived: Arrived) -> None:
    order = arrived(**one_line())
    for number in range(8):
        complain(order, 1, token=str(number), cause=list(ComplaintCause)[number])
    with CaptureQueriesContext(connection) as queries:
        assert len(sum_costs()) == 8
    assert len(queries) == 3
