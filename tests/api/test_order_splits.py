"""Splitting and merging over REST: by the order's ETag, once, and only what is the shop's."""

import uuid
from typing import Any

import pytest

from catalog.models import Variant
from orders.models import Order, OrderLine
from orders.services.lifecycle import release_order
from tests.api.storefront import CARD, Storefront, build_order, make_storefront

pytestmark = pytest.mark.django_db

FILES = [{"url": "https://files.example.com/a4.pdf", "type": "front"}]
LINES = [{"reference": name, "sku": CARD, "quantity": 100, "unit_price": "1.29", "files": FILES} for name in "ab"]


@pytest.fixture
def shop(storefront: Storefront, catalog: dict[str, Variant]) -> Storefront:
    storefront.shop.release_automatically = False
    storefront.shop.save()
    return storefront


def placed(shop: Storefront, **changes: Any) -> dict[str, Any]:
    answer = shop.place(build_order(lines=LINES, **changes))
    assert answer.status_code == 201
    return answer.json()


def split(shop: Storefront, pk: int, body: object, *, tag: str = '"1"', key: str = "") -> Any:
    headers = {"If-Match": tag, "Idempotency-Key": key or uuid.uuid4().hex}
    return shop.post(f"orders/{pk}/split/", body, **headers)


def merge(shop: Storefront, pk: int, body: object, *, tag: str = '"1"') -> Any:
    return shop.post(f"orders/{pk}/merge/", body, **{"If-Match": tag})


def test_an_order_is_split_once_however_often_it_is_sent(shop: Storefront) -> None:
    order = placed(shop)
    body = {"lines": [{"reference": "a", "quantity": 40}], "reference": "WEB-1001-B"}
    answer = split(shop, order["id"], body, key="k-1")
    assert answer.status_code == 201
    kept, new = answer.json()["order"], answer.json()["split_off"]
    assert [line["quantity"] for line in kept["lines"]] == [60, 100]
    assert [line["quantity"] for line in new["lines"]] == [40]
    assert (kept["total"], new["total"], kept["revision"]) == ("206.40", "51.60", 2)
    assert (new["split_from"], new["reference"], new["number"]) == (
        order["id"],
        "WEB-1001-B",
        f"WEB-{100000 + new['id']}",
    )
    again = split(shop, order["id"], body, key="k-1")
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, answer.json(), "true")
    assert Order.objects.count() == 2
    texts = [line["text"] for line in shop.get(f"orders/{new['id']}/timeline/").json()["results"]]
    assert texts == [f"Split from order {order['number']}: 40 × {CARD}."]


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"lines": []}, 400, "lines"),
        ({"lines": [{"reference": "a", "quantity": 0}]}, 400, "lines[0].quantity"),
        ({"lines": [{"reference": "a", "quantity": 1}], "reference": "x" * 51}, 400, "reference"),
        ({"lines": [{"reference": "z", "quantity": 1}]}, 422, "lines[0].reference"),
        ({"lines": [{"reference": "a", "quantity": 101}]}, 422, "lines[0].quantity"),
    ],
)
def test_what_cannot_be_split_names_its_field_and_changes_nothing(
    shop: Storefront, body: object, status: int, path: str
) -> None:
    order = placed(shop)
    answer = split(shop, order["id"], body)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [path])
    assert (Order.objects.get().revision, OrderLine.objects.count()) == (1, 2)


def test_a_stale_tag_a_missing_key_and_a_foreign_order_are_refused(shop: Storefront) -> None:
    order = placed(shop)
    body = {"lines": [{"reference": "a", "quantity": 40}]}
    assert split(shop, order["id"], body, tag='"7"').status_code == 412
    assert shop.post(f"orders/{order['id']}/split/", body, **{"If-Match": '"1"'}).status_code == 400
    assert split(make_storefront("OTHER"), order["id"], body).status_code == 404
    release_order(Order.objects.get(), actor="mara").vendor_orders.update(state="submitted")
    assert split(shop, order["id"], body).status_code == 409
    assert Order.objects.count() == 1


def test_orders_are_merged_and_the_other_says_where_its_lines_are(shop: Storefront) -> None:
    first, second = placed(shop), placed(shop, reference="WEB-1002")
    answer = merge(shop, first["id"], {"orders": [second["id"]]})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert [line["reference"] for line in answer.json()["lines"]] == ["a", "b", "WEB-1002-a", "WEB-1002-b"]
    assert answer.json()["total"] == "516.00"
    gone = shop.get(f"orders/{second['id']}/").json()
    assert (gone["merged_into"], gone["state"]["order"], gone["lines"], gone["total"]) == (
        first["id"],
        "cancelled",
        [],
        "0.00",
    )
    again = shop.place(build_order(lines=LINES, reference="WEB-1002", replaces=second["id"]))
    assert (again.status_code, list(again.json()["errors"])) == (422, ["replaces"])


@pytest.mark.parametrize(("orders", "status"), [([], 400), ([10**16], 400), ([999], 422)])
def test_what_cannot_be_merged_is_named(shop: Storefront, orders: list[int], status: int) -> None:
    first = placed(shop)
    answer = merge(shop, first["id"], {"orders": orders})
    assert (answer.status_code, answer.json()["errors"] != {}) == (status, True)


def test_another_shops_order_is_none_of_this_shop(shop: Storefront) -> None:
    first, other = placed(shop), placed(make_storefront("OTHER"))
    answer = merge(shop, first["id"], {"orders": [other["id"]]})
    assert (answer.status_code, answer.json()["errors"]["orders[0]"]) == (
        422,
        [f"The shop has no order {other['id']}."],
    )
