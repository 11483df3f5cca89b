"""What placing an order would answer: the same, and nothing is kept of it."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from backoffice.accounts.models.shop import ShortStock
from catalog.models import Availability, Variant
from tests.api.storefront import PEN, Storefront, build_order

pytestmark = pytest.mark.django_db


def everything() -> dict[str, Any]:
    """Return the number of rows of every table, and the next order's number."""
    rows: dict[str, Any] = {
        model.__name__: model._base_manager.count() for model in apps.get_models() if model._meta.managed
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM orders_order_id_seq")
        return rows | {"sequence": cursor.fetchone()}


def validate(storefront: Storefront, body: object, *, query: str = "") -> dict[str, Any]:
    before = everything()
    answer = storefront.post(f"orders/validate/{query}", body)
    assert answer.status_code == 200, answer.content
    assert everything() == before
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({}, ""),
        ({"recipient.street": None}, ""),
        ({"lines.0.sku": "NOPE"}, ""),
        ({"lines.0.sku": "NOPE"}, "?on_invalid=hold"),
        ({"lines.0.unit_price": "0"}, ""),
        ({"recipient.country_code": "XX", "recipient.company": "x" * 60}, ""),
        ({"replaces": 999}, ""),
        ({"currency": "USD"}, ""),
    ],
)
def test_it_answers_what_placing_the_order_answers_then(
    storefront: Storefront, catalog, changes: dict[str, Any], query: str
) -> None:
    body = build_order(**changes)
    found = validate(storefront, body, query=query)
    placed = storefront.place(body, query=query)
    assert found["status"] == placed.status_code
    if placed.status_code == 201:
        order = placed.json()
        assert (found["problem"], found["state"]) == (None, order["state"]["order"])
        assert [(hold["reason"], hold["text"], hold["errors"]) for hold in found["holds"]] == [
            (hold["reason"], hold["text"], hold["errors"]) for hold in order["holds"]
        ]
        assert found["lines"] == order["lines"]
    else:
        assert found["problem"] == placed.json()
        assert found["state"] is None


def test_what_was_said_before_the_stock_was_gone_is_said_of_its_time(storefront: Storefront, catalog) -> None:
    storefront.shop.on_short_stock = ShortStock.REFUSE
    storefront.shop.save()
    pens = Variant.objects.get(sku=PEN)
    Availability.objects.create(variant=pens, fulfiller_id="1", available=True, stock_managed=True, stock_qty=15)
    line = {"sku": PEN, "quantity": 10, "unit_price": "1.50"}
    assert [validate(storefront, build_order(lines=[line]))["status"] for _twice in "ab"] == [201, 201]
    assert storefront.place(build_order(lines=[line])).status_code == 201
    found = validate(storefront, build_order(reference="next", lines=[line]))
    assert (found["status"], found["problem"]["reasons"]) == (422, ["out_of_stock"])


def test_a_reference_that_is_taken_is_named_with_its_order(storefront: Storefront, catalog) -> None:
    order = storefront.place(build_order()).json()
    found = validate(storefront, build_order())
    assert (found["status"], found["problem"]["code"], found["problem"]["order"]) == (
        409,
        "reference_taken",
        order["id"],
    )
    storefront.post(f"orders/{order['id']}/cancel/", {})
    assert validate(storefront, build_order(replaces=order["id"]))["status"] == 201
    assert storefront.place(build_order(replaces=order["id"])).status_code == 201
    assert validate(storefront, build_order(replaces=order["id"]))["problem"]["code"] == "reference_taken"


def test_what_is_not_of_the_documented_shape_is_refused_as_ever(storefront: Storefront) -> None:
    answer = storefront.post("orders/validate/", {"reference": 5})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
