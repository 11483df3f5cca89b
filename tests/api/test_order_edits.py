"""Changing an order over REST: by its ETag, field by field, and a cancelled one's reference used again."""

from typing import Any

import pytest

from backoffice.engine.models import Push
from catalog.models import Variant
from orders.models import Order, OrderEvent, OrderLine, VendorOrderState
from orders.services.lifecycle import cancel_order
from tests.api.storefront import CARD, Storefront, build_order, make_storefront

pytestmark = pytest.mark.django_db

CARDS = {"reference": "1", "sku": CARD, "quantity": 100, "unit_price": "1.29"}
CARDS |= {"files": [{"url": "https://files.example.com/a4.pdf", "type": "front"}]}


@pytest.fixture
def shop(storefront: Storefront, catalog: dict[str, Variant]) -> Storefront:
    storefront.shop.release_automatically = False
    storefront.shop.save()
    return storefront


def patch(storefront: Storefront, pk: int, body: object, *, tag: str | None = '"1"') -> Any:
    headers = {} if tag is None else {"If-Match": tag}
    return storefront.client.patch(f"/api/v1/orders/{pk}/", body, content_type="application/json", headers=headers)


def placed(storefront: Storefront, **changes: Any) -> dict[str, Any]:
    answer = storefront.place(build_order(lines=[CARDS], **changes))
    assert answer.status_code == 201
    return answer.json()


def nothing_changed(order: dict[str, Any]) -> bool:
    row = Order.objects.get(pk=order["id"])
    edits = OrderEvent.objects.filter(kind="order.edited").exists() or Push.objects.exists()
    return (row.revision, OrderLine.objects.get(order=row).quantity) == (1, 100) and not edits


def test_an_order_is_read_with_its_tag_and_changed_by_it(shop: Storefront) -> None:
    order = placed(shop)
    assert shop.get(f"orders/{order['id']}/").headers["ETag"] == '"1"'
    answer = patch(
        shop,
        order["id"],
        {
            "customer": {"phone": "030 123"},
            "recipient": {"street": "Nebenstraße 1", "care_of": "Lee"},
            "lines": {"change": [{"reference": "1", "quantity": 500}], "add": [{**CARDS, "reference": "2"}]},
            "shipping_method": None,
            "gift_message": "Alles\nGute",
        },
    )
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    body = answer.json()
    assert (body["customer"]["phone"], body["recipient"]["care_of"]) == ("030 123", "Lee")
    assert [(line["reference"], line["quantity"]) for line in body["lines"]] == [("1", 500), ("2", 100)]
    assert (body["total"], body["revision"], body["gift_message"]) == ("774.00", 2, "Alles\nGute")
    assert (body["recipient"]["lastname"], body["shipping_method"]) == ("Größer", "")
    texts = [line["text"] for line in shop.get(f"orders/{order['id']}/timeline/").json()["results"]]
    assert "Line 1, quantity: 100 → 500." in texts[-1]


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        (None, 428, "precondition_required"),
        ('"2"', 412, "outdated"),
        ('W/"1"', 412, "outdated"),
        ('"abc"', 412, "outdated"),
        ("1", 400, "malformed"),
        ("*", 400, "malformed"),
    ],
)
def test_without_the_tag_of_now_nothing_is_changed(shop: Storefront, tag: str | None, status: int, code: str) -> None:
    order = placed(shop)
    answer = patch(shop, order["id"], {"lines": {"change": [{"reference": "1", "quantity": 500}]}}, tag=tag)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert nothing_changed(order)


def test_what_the_checks_refuse_names_its_field_and_a_street_that_would_fit(shop: Storefront) -> None:
    order = placed(shop)
    answer = patch(shop, order["id"], {"recipient": {"street": "Straße der Pariser Kommune, Hinterhaus 3"}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["recipient.street"])
    assert answer.json()["suggestions"]["recipient"]["care_of"] == "Hinterhaus 3"
    assert nothing_changed(order)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"reference": "new"}, "reference"),
        ({"lines": {"change": [{"quantity": 5}]}}, "lines.change[0].reference"),
        ({"lines": {"change": [{"reference": "1", "quantity": 0}]}}, "lines.change[0].quantity"),
        ({"recipient": None}, "recipient"),
        ({"recipient": {"street": "x" * 201}}, "recipient.street"),
        ({"customer": {"phone": "a\u0000b"}}, "customer.phone"),
    ],
)
def test_another_shape_is_malformed(shop: Storefront, body: object, path: str) -> None:
    order = placed(shop)
    answer = patch(shop, order["id"], body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [path])
    assert nothing_changed(order)


def test_what_is_made_is_refused_with_what_is_possible_instead(shop: Storefront) -> None:
    order = placed(shop)
    row = Order.objects.get(pk=order["id"])
    row.vendor_orders.create(
        vendor="mypromo", part=1, reference=row.number, state=VendorOrderState.IN_PRODUCTION
    ).lines.create(line=row.lines.get(), reference="1")
    answer = patch(shop, order["id"], {"lines": {"change": [{"reference": "1", "quantity": 500}]}})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert "Create a new order" in answer.json()["detail"]
    assert nothing_changed(order)


def test_another_shop_finds_no_order_to_change(shop: Storefront) -> None:
    order = placed(shop)
    assert patch(make_storefront("OTHER"), order["id"], {}).status_code == 404


def test_a_cancelled_orders_reference_is_used_again_by_an_order_that_says_so(shop: Storefront) -> None:
    order = placed(shop)
    cancel_order(Order.objects.get(pk=order["id"]), actor="mara", reason="wrong")
    again = build_order(lines=[CARDS])
    answer = shop.place(again)
    assert (answer.status_code, answer.json()["code"], answer.json()["order"]) == (409, "reference_taken", order["id"])
    assert "`replaces`" in answer.json()["detail"]
    new = shop.place({**again, "replaces": order["id"]})
    assert (new.status_code, new.json()["replaces"], new.json()["reference"]) == (201, order["id"], order["reference"])
    # Once: a second one, and one more without saying so, are the repeats that the reference keeps away.
    for body in ({**again, "replaces": order["id"]}, again):
        answer = shop.place(body)
        assert (answer.status_code, answer.json()["order"]) == (409, new.json()["id"])
    assert Order.objects.count() == 2


@pytest.mark.parametrize("wrong", ["open", "reference", "unknown"])
def test_only_a_cancelled_order_of_that_reference_is_replaced(shop: Storefront, wrong: str) -> None:
    order = placed(shop)
    if wrong != "open":
        cancel_order(Order.objects.get(pk=order["id"]), actor="mara", reason="wrong")
    body = build_order(lines=[CARDS], reference="OTHER" if wrong == "reference" else order["reference"])
    answer = shop.place({**body, "replaces": order["id"] + (wrong == "unknown")})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["replaces"])
    assert Order.objects.count() == 1
