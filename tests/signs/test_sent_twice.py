"""A sign that is sent again by a person's decision, though its vendor has it: one sign, and nothing refused."""

import json
from typing import Any

import pytest
from django.test import Client

from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import decide_push
from backoffice.sandbox import Sandbox
from catalog.models import CustomProduct
from orders.models import Hold, Order
from orders.services.lifecycle import release_order
from orders.services.timeline import describe
from tests.signs.desk import sign_order
from tests.signs.test_placing import echo, look_until_settled, made, part_of, send

pytestmark = pytest.mark.django_db

TAKEN = "The external id has already been taken."


@pytest.fixture
def order(product: CustomProduct, sandbox: Sandbox) -> Order:
    sandbox.sign_customiser.product_ids.add(product.external_id)
    return release_order(sign_order(product), actor="tester")


def lose_and_send_again(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults.add("cut_after", vendor="sign-customiser", path="v2/orders", times=1)
    send(order)
    decide_push(look_until_settled(order), happened=False, actor="mara", reason="Not in their dashboard.")


def refuse(sandbox: Sandbox, status: int, body: dict[str, Any]) -> None:
    path = "v2/orders"
    sandbox.faults.add("status", vendor="sign-customiser", path=path, times=1, status=status, body=json.dumps(body))


def test_a_sign_that_the_vendor_has_counts_as_submitted(client: Client, order: Order, sandbox: Sandbox) -> None:
    sandbox.sign_customiser.options.change(unique_orders=True)
    lose_and_send_again(order, sandbox)

    assert send(order).state == PushState.CONFIRMED

    order.refresh_from_db()
    part = part_of(order)
    assert (part.state, part.vendor_id, order.production) == ("submitted", "", "sent")
    assert len(made(sandbox)) == 1
    assert not Hold.objects.exists()
    assert f"did not accept it a second time (“{TAKEN}”)" in describe(order.events.get(kind="vendor.has_it"))
    echo(client, order, order_id=1)
    assert part_of(order).vendor_id == "1"


@pytest.mark.parametrize(
    ("status", "body"), [(409, {"message": TAKEN}), (409, {"errors": {"external_id": ["Duplicate."]}})]
)
def test_a_conflict_says_the_same(order: Order, sandbox: Sandbox, status: int, body: dict[str, Any]) -> None:
    lose_and_send_again(order, sandbox)
    refuse(sandbox, status, body)
    assert send(order).state == PushState.CONFIRMED
    assert (part_of(order).state, len(made(sandbox))) == ("submitted", 1)


def test_a_number_that_is_taken_at_the_first_attempt_is_somebody_elses(order: Order, sandbox: Sandbox) -> None:
    refuse(sandbox, 422, {"message": TAKEN, "errors": {"external_id": [TAKEN]}})
    assert send(order).state == PushState.FAILED
    assert (part_of(order).state, Hold.objects.get().reason) == ("refused", "vendor_refused")


@pytest.mark.parametrize(
    "body",
    [
        {"errors": {"products.0.external_id": ["The products.0.external_id has already been taken."]}},
        {"message": "The products.0.external_id has already been taken."},
        {"errors": {"external_id": ["The external id field must be a string."]}},
        {"message": "The external id does not exist."},
    ],
)
def test_another_refusal_is_one_however_often_it_is_sent(order: Order, sandbox: Sandbox, body: dict[str, Any]) -> None:
    lose_and_send_again(order, sandbox)
    refuse(sandbox, 422, body)
    assert send(order).state == PushState.FAILED
    assert part_of(order).state == "refused"
