"""What storefronts read of complaints."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.complaints.services.replacing import RequestedReplacement, order_replacement
from tests.api.storefront import Storefront, make_storefront
from tests.orders.complaints.conftest import Arrived, arrived, catalog, complain, one_line, storefront
from tests.orders.complaints.test_remedies import refund

__all__ = ["arrived", "catalog", "storefront"]


def test_a_shop_reads_complaints_with_their_replacement_and_what_an_order_replaces(
    storefront: Storefront, arrived: Arrived
) -> None:
    order = arrived(**one_line())
    complaint = complain(order, 12, text="internal words")
    made = order_replacement(complaint, RequestedReplacement(), actor="clara").order
    refund(complaint, "5.00")
    body = storefront.get(f"orders/{order.pk}/complaints/").json()
    assert body["replaces"] is None
    [row] = body["results"]
    assert (row["id"], row["cause"], row["state"]) == (f"C-{complaint.pk}", "misprint", "open")
    assert row["lines"] == [{"reference": "1", "sku": order.lines.get().sku, "quantity": 12}]
    link = {"id": made.pk, "number": made.number, "reference": f"{order.reference}-R1"}
    assert row["replacement"] == link
    assert row["refunds"] == [{"amount": "5.00", "currency": "EUR", "paid_at": None}]
    assert not {"bearer", "claim", "text", "vendor"} & row.keys()
    back = storefront.get(f"orders/{made.pk}/complaints/").json()
    assert back == {"replaces": {"id": order.pk, "number": order.number, "reference": order.reference}, "results": []}


@pytest.mark.usefixtures("storefront")
def test_another_shop_reads_none_of_it(arrived: Arrived) -> None:
    complaint = complain(arrived(**one_line()))
    assert make_storefront("B").get(f"orders/{complaint.order_id}/complaints/").status_code == 404


def test_many_complaints_take_as_many_queries_as_one(storefront: Storefront, arrived: Arrived) -> None:
    order = arrived(**one_line())
    refund(complain(order, 1, token="first"), "1.00", token="first")
    with CaptureQueriesContext(connection) as few:
        storefront.get(f"orders/{order.pk}/complaints/")
    for number in range(10):
        refund(complain(order, 1, token=str(number)), "1.00", token=str(number))
    with CaptureQueriesContext(connection) as many:
        assert len(storefront.get(f"orders/{order.pk}/complaints/").json()["results"]) == 11
    assert len(many) <= len(few)
