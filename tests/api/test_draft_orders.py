"""Drafts of orders over REST: kept as far as they are known, seen by staff, placed once."""

import uuid
from typing import Any

import pytest
from django.test import Client

from backoffice.accounts.models import IdempotencyKey
from catalog.models import Variant
from orders.drafts.models import DraftOrder
from orders.drafts.services.contents import read_content
from orders.drafts.services.editing import save_draft
from orders.models import Order
from tests.api.storefront import CARD, Storefront, build_order, make_storefront, make_test_storefront

pytestmark = pytest.mark.django_db
FILES = [{"url": "https://files.example.com/a4.pdf", "type": "front"}]
WHOLE: dict[str, Any] = {
    "reference": "D-1",
    "customer": {"email": "jana@example.com", "firstname": "Jana"},
    "recipient": build_order()["recipient"] | {"street": "Hauptstraße 42"},
    "lines": [{"sku": CARD, "quantity": 100, "unit_price": "1.29", "files": FILES}],
}


def begin(storefront: Storefront, body: object, *, key: str = "") -> Any:
    return storefront.post("draft-orders/", body, **{"Idempotency-Key": key or uuid.uuid4().hex})


def place(storefront: Storefront, pk: int, *, key: str = "", query: str = "") -> Any:
    own = {"Idempotency-Key": key or uuid.uuid4().hex}
    return storefront.post(f"draft-orders/{pk}/place/{query}", None, **own)


def test_a_draft_may_be_empty_and_says_what_is_missing(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    answer = begin(storefront, {})
    draft = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/draft-orders/{draft['id']}/"
    assert (draft["order"], draft["lines"], draft["validation"]["status"]) == (None, [], 422)
    assert "lines" in draft["validation"]["problem"]["errors"]
    refused = place(storefront, draft["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert Order.objects.count() == 0


def test_a_draft_is_completed_bit_by_bit_and_placed_as_an_order_would_be(
    storefront: Storefront, catalog: dict[str, Variant]
) -> None:
    pk = begin(storefront, {"reference": "D-1", "lines": [{"sku": CARD, "quantity": 100}]}).json()["id"]
    tag = storefront.get(f"draft-orders/{pk}/").headers["ETag"]
    rest = {key: WHOLE[key] for key in ("customer", "recipient")}
    answer = storefront.patch(f"draft-orders/{pk}/", rest, **{"If-Match": tag})
    assert answer.json()["lines"][0]["quantity"] == 100
    files = [{"sku": CARD, "quantity": 100, "unit_price": "1.2345", "files": FILES}]
    answer = storefront.patch(f"draft-orders/{pk}/", {"lines": files}, **{"If-Match": answer.headers["ETag"]})
    assert answer.json()["validation"]["status"] == 201, answer.json()["validation"]
    placed = place(storefront, pk)
    assert placed.status_code == 201, placed.content
    order = placed.json()
    assert (order["reference"], order["lines"][0]["unit_price"]) == ("D-1", "1.2345")
    assert placed.headers["Location"] == f"/api/v1/orders/{order['id']}/"
    assert order == storefront.get(f"orders/{order['id']}/").json()
    assert storefront.get(f"draft-orders/{pk}/").json()["order"] == order["id"]


def test_a_price_with_three_decimals_is_no_thousand(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    lines = [{"sku": CARD, "quantity": 1000, "unit_price": "1.234", "files": FILES}]
    draft = begin(storefront, WHOLE | {"lines": lines, "total": "1234"}).json()
    assert place(storefront, draft["id"]).json()["lines"][0]["unit_price"] == "1.234"


def test_a_draft_becomes_one_order_whatever_is_sent_again(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    first, again = (begin(storefront, WHOLE, key="d") for _try in range(2))
    assert (first.json()["id"], again.headers["Idempotent-Replayed"]) == (again.json()["id"], "true")
    pk = first.json()["id"]
    answers = [place(storefront, pk, key=key) for key in ("a", "a", "b")]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == Order.objects.count() == 1
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert IdempotencyKey.objects.count() == 3
    for refused in (
        storefront.patch(f"draft-orders/{pk}/", {"total": "1"}, **{"If-Match": '"1"'}),
        storefront.client.delete(f"/api/v1/draft-orders/{pk}/"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


def test_a_reference_that_is_taken_is_refused_and_the_draft_kept(
    storefront: Storefront, catalog: dict[str, Variant]
) -> None:
    order = storefront.place(build_order(reference="D-1")).json()
    draft = begin(storefront, WHOLE).json()
    assert (draft["validation"]["status"], draft["validation"]["problem"]["code"]) == (409, "reference_taken")
    refused = place(storefront, draft["id"])
    assert (refused.status_code, refused.json()["order"]) == (409, order["id"])
    assert DraftOrder.objects.get().order is None


def test_nobody_overwrites_what_they_have_not_seen(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    pk = begin(storefront, WHOLE).json()["id"]
    row = DraftOrder.objects.get()
    save_draft(row.reference, read_content(row.content), shop=row.shop, version=1, editor="page", actor="anna")
    outdated = storefront.patch(f"draft-orders/{pk}/", {"gift_message": "Hi"}, **{"If-Match": '"1"'})
    assert (outdated.status_code, outdated.json()["code"]) == (412, "outdated")
    missing = storefront.patch(f"draft-orders/{pk}/", {"gift_message": "Hi"})
    assert missing.status_code == 428
    assert DraftOrder.objects.get().version == 2


def test_drafts_of_others_of_staff_and_of_the_other_mode_are_not_there(
    storefront: Storefront, catalog: dict[str, Variant]
) -> None:
    tester = make_test_storefront(storefront)
    pk = begin(storefront, WHOLE).json()["id"]
    test = begin(tester, WHOLE).json()
    assert (test["test"], place(tester, test["id"]).json()["test"]) == (True, True)
    other = make_storefront("OTH")
    for one in (other, tester):
        assert one.get(f"draft-orders/{pk}/").status_code == 404
        assert place(one, pk).status_code == 404
    DraftOrder.objects.filter(pk=pk).update(api_key=None)
    assert storefront.get(f"draft-orders/{pk}/").status_code == 404
    assert storefront.get("draft-orders/").json()["results"] == []


def test_drafts_are_listed_by_cursor(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    keys = [begin(storefront, WHOLE | {"reference": f"D-{number}"}).json()["id"] for number in range(3)]
    place(storefront, keys[0])
    page = storefront.get("draft-orders/", {"page_size": 2}).json()
    assert [row["id"] for row in page["results"]] == keys[:0:-1]
    rest = storefront.get("draft-orders/", {"page_size": 2, "cursor": page["next_cursor"]}).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == (keys[:1], None)
    assert [row["id"] for row in storefront.get("draft-orders/", {"placed": "true"}).json()["results"]] == keys[:1]


def test_staff_see_who_made_it(storefront: Storefront, admin_client: Client, catalog: dict[str, Variant]) -> None:
    begin(make_test_storefront(storefront), WHOLE | {"customer": {"firstname": "<b>Jana</b>"}})
    page = admin_client.get("/admin/orders/draftorder/").content.decode()
    assert "API key sandbox" in page
    assert "<b>Jana</b>" not in page
    assert '<span class="chip-word">Test</span>' in page
    draft = DraftOrder.objects.get()
    assert admin_client.get(f"/admin/orders/draftorder/{draft.pk}/change/").status_code == 200


def test_senders_and_letters_are_given_bit_by_bit_too(storefront: Storefront, catalog: dict[str, Variant]) -> None:
    letters = WHOLE["recipient"] | {"street": "Briefweg 1"}
    shipper = {"address_id": "17", "company": "Shipper"}
    answer = begin(storefront, WHOLE | {"shipper": shipper, "letter_address": letters})
    tag, pk = '"1"', answer.json()["id"]
    for changes in ({"shipper": {"phone": "030 1"}}, {"letter_address": {"care_of": "Hof"}}, {"currency": "EUR"}):
        answer = storefront.patch(f"draft-orders/{pk}/", changes, **{"If-Match": tag})
        assert answer.status_code == 200, answer.content
        tag = answer.headers["ETag"]
    draft, order = answer.json(), place(storefront, pk).json()
    for one in (draft, order):
        sender, letter = one["shipper"], one["letter_address"]
        assert (sender["address_id"], sender["company"], sender["phone"]) == ("17", "Shipper", "030 1")
        assert (letter["street"], letter["care_of"], one["currency"]) == ("Briefweg 1", "Hof", "EUR")
