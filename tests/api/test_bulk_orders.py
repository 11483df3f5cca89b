"""Many orders in one request: an answer for each, and none the worse for another."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import IdempotencyKey
from backoffice.engine.models import Push
from orders.api import bulk
from orders.models import Order
from tests.api.storefront import Storefront, build_order, make_storefront

pytestmark = pytest.mark.django_db


def place(storefront: Storefront, *items: Any, query: str = "") -> Any:
    return storefront.post(f"orders/bulk/{query}", {"orders": list(items)})


def item(reference: str, *, key: str = "", **changes: Any) -> dict[str, Any]:
    return {"idempotency_key": key or f"key-{reference}", "order": build_order(reference=reference, **changes)}


def statuses(answer: Any) -> list[int]:
    assert answer.status_code == 207, answer.content
    return [result["status"] for result in answer.json()["results"]]


def test_each_order_gets_the_answer_that_it_would_have_got_alone(storefront: Storefront, catalog) -> None:
    assert storefront.place(build_order(reference="taken")).status_code == 201
    malformed = item("malformed")
    malformed["order"]["lines"][0]["quantity"] = "many"
    answer = place(
        storefront, item("first"), malformed, item("refused", **{"lines.0.sku": "NOPE"}), item("taken"), item("last")
    )
    assert statuses(answer) == [201, 400, 422, 409, 201]
    first, wrong, refused, taken, last = answer.json()["results"]
    assert (answer.json()["placed"], answer.json()["refused"]) == (2, 3)
    assert first["order"] == storefront.get(f"orders/{first['order']['id']}/").json()
    assert (wrong["idempotency_key"], wrong["reference"], wrong["order"]) == ("key-malformed", "malformed", None)
    assert list(wrong["problem"]["errors"]) == ["order.lines[0].quantity"]
    assert refused["problem"]["code"] == "invalid"
    assert "lines[0].sku" in refused["problem"]["errors"]
    assert (taken["problem"]["code"], taken["problem"]["order"]) == ("reference_taken", Order.objects.earliest("pk").pk)
    assert last["order"]["reference"] == "last"
    assert sorted(Order.objects.values_list("reference", flat=True)) == ["first", "last", "taken"]


def test_repeated_as_a_whole_or_one_alone_it_orders_nothing_twice(storefront: Storefront, catalog) -> None:
    items = [item("a"), item("b")]
    before = place(storefront, *items).json()["results"]
    again = place(storefront, *items).json()["results"]
    assert [result["replayed"] for result in again] == [True, True]
    assert [result["order"]["id"] for result in again] == [result["order"]["id"] for result in before]
    alone = storefront.place(items[0]["order"], key="key-a")
    assert (alone.status_code, alone.headers["Idempotent-Replayed"]) == (201, "true")
    assert alone.json()["id"] == before[0]["order"]["id"]
    other = place(storefront, item("c", key="key-a"))
    assert other.json()["results"][0]["problem"]["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 2


def test_an_order_whose_intake_breaks_leaves_the_others_alone(storefront: Storefront, catalog) -> None:
    take = bulk.take_order

    def break_down(new: Any, **others: Any) -> Any:
        if new.reference == "broken":
            take(new, **others)
            raise RuntimeError("canary")
        if new.reference == "lost":
            raise OperationalError("gone")
        return take(new, **others)

    storefront.client.raise_request_exception = False
    with patch.object(bulk, "take_order", break_down):
        answer = place(storefront, item("a"), item("broken"), item("lost"), item("b"))
    assert statuses(answer) == [201, 500, 503, 201]
    assert b"canary" not in answer.content
    # What was done before it broke is found by its key.
    assert statuses(place(storefront, item("broken"), item("lost"))) == [201, 201]


def test_an_order_that_is_refused_leaves_nothing(storefront: Storefront, catalog) -> None:
    assert statuses(place(storefront, item("refused", **{"recipient.country_code": "XX"}))) == [422]
    assert not Order.objects.exists()
    assert not Push.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert statuses(place(storefront, item("refused"))) == [201]


def test_orders_that_break_limits_are_held_where_the_shop_asks_for_it(storefront: Storefront, catalog) -> None:
    answer = place(storefront, item("a", **{"lines.0.sku": "NOPE"}), query="?on_invalid=hold")
    assert answer.json()["results"][0]["order"]["state"]["order"] == "held"


@pytest.mark.parametrize("orders", [None, {}, [], [1] * 101, "x"])
def test_a_body_without_orders_or_with_too_many_is_malformed(storefront: Storefront, orders: object) -> None:
    answer = storefront.post("orders/bulk/", {"orders": orders})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["orders"])


@pytest.mark.parametrize("odd", [None, 5, [], {}, {"idempotency_key": "\ud800", "order": {"reference": "\ud800"}}])
def test_what_is_no_order_is_answered_in_its_place(storefront: Storefront, catalog, odd: object) -> None:
    assert statuses(place(storefront, odd, item("a"))) == [400, 201]


def test_what_there_is_no_time_for_is_told_so_and_not_begun(storefront: Storefront, catalog) -> None:
    with patch.object(bulk, "MOST_SECONDS", -1):
        assert statuses(place(storefront, item("a"), item("b"))) == [503, 503]
    assert not Order.objects.exists()


def test_an_order_among_many_takes_no_more_queries_than_alone(storefront: Storefront, catalog) -> None:
    storefront.place(build_order(reference="before"))
    counts = []
    for many in (1, 11):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            place(storefront, *(item(f"{many}-{number}") for number in range(many)))
        counts.append(len(queries))
    each = (counts[1] - counts[0]) / 10
    with CaptureQueriesContext(connection) as queries:
        storefront.place(build_order(reference="alone"))
    assert each <= len(queries) - 1, "its key is read once for all"


def test_a_shop_places_for_itself_only(storefront: Storefront, catalog) -> None:
    other = make_storefront("OTH")
    first, second = (place(one, item("a", key="k")).json()["results"][0] for one in (storefront, other))
    assert first["order"]["id"] != second["order"]["id"]
    assert not second["replayed"]
