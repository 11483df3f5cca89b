"""What storefronts read of complaints."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import IdempotencyKey
from orders.complaints.models import Complaint
from orders.complaints.services.replacing import RequestedReplacement, order_replacement
from orders.models import Order
from tests.api.storefront import Storefront, make_storefront
from tests.orders.complaints.conftest import Arrived, arrived, catalog, complain, one_line, said, storefront
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


def send(storefront: Storefront, order: Order, key: str = "k", **changes: Any) -> Any:
    body = {"cause": "misprint", "lines": [{"reference": "1", "quantity": 12}], "text": "All\nblue"} | changes
    return storefront.post(f"orders/{order.pk}/complaints/", body, **{"Idempotency-Key": key})


def test_a_shop_complains_once_however_often_it_sends_it(storefront: Storefront, arrived: Arrived) -> None:
    order = arrived(**one_line())
    first, again = send(storefront, order), send(storefront, order)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json() == storefront.get(f"orders/{order.pk}/complaints/").json()["results"][0]
    complaint = Complaint.objects.get()
    assert (complaint.opened_by, complaint.text, complaint.bearer) == ("shop:WEB", "All\nblue", "vendor")
    # Once the answer is no longer kept, too.
    IdempotencyKey.objects.all().delete()
    assert send(storefront, order).json()["id"] == str(complaint)
    assert Complaint.objects.count() == 1
    assert send(storefront, order, cause="lost").json()["code"] == "idempotency_key_reused"


def test_what_is_not_there_cannot_be_complained_of(storefront: Storefront, arrived: Arrived) -> None:
    order = arrived(**one_line())
    line = {"reference": "1", "quantity": 1}
    wrong = [
        ({"lines": [{"reference": "9", "quantity": 1}]}, "lines[0].reference"),
        ({"lines": [line, line]}, "lines[1].reference"),
        ({"lines": [line | {"quantity": 101}]}, "lines"),
        ({"tracking_code": "none"}, "tracking_code"),
    ]
    for changes, field in wrong:
        answer = send(storefront, order, **changes)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert send(storefront, order, lines=[]).status_code == 400
    assert send(make_storefront("B"), order).status_code == 404
    assert not Complaint.objects.exists()
    assert not said(order)


def test_before_anything_is_made_there_is_nothing_to_complain_of(storefront: Storefront, arrived: Arrived) -> None:
    order = arrived(**one_line())
    Order.objects.update(state="released", production="none", shipment="none")
    assert (send(storefront, order).status_code, Complaint.objects.count()) == (409, 0)
