"""The replayed LettrLabs is as strict as its documents, and keeps count of what it would have charged."""

import json
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from backoffice.sandbox.wire import Request, Response

ADA = {
    "address": {"address1": "1 Main Street", "city": "Boston", "state": "MA", "zipCode": "02139"},
    "personal": {"firstName": "Ada", "lastName": "Lovelace"},
}
CHECKOUT = {"postageType": "Standard", "productionSpeed": "Normal", "holdUntilDate": None, "autoBill": True}


class Caller:
    """Speaks with the app as the server does."""

    def __init__(self, app: LettrlabsApp) -> None:
        self.app = app

    def send(self, method: str, path: str, body: Any = None, key: str = "LL-API-sandbox", **query: str) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        return self.app.handle(Request(method=method, path=path, query=query, headers=_Key(key), body=content))

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        answer = self.send(method, path, body, **query)
        assert answer.status == 200, answer.whole()
        return json.loads(answer.whole())["payload"]

    def refusal(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        content = json.loads(answer.whole())
        assert content["hasErrors"] is True
        return answer.status, content.get("reasonCode") or content["errors"][0]

    def draft(self, *recipients: dict[str, Any]) -> int:
        key = int(self.ask("POST", "v1/order", {"templateId": 12345})["orderId"])
        if recipients:
            self.ask("PUT", f"v1/order/{key}/recipients", {"recipients": list(recipients)})
        return key


class _Key(dict[str, str]):
    def __init__(self, key: str) -> None:
        super().__init__({"X-API-KEY": key})


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    return Caller(sandbox.lettrlabs)


def test_a_wrong_key_is_refused_with_a_bare_text(caller: Caller) -> None:
    answer = caller.send("GET", "v1/me", key="wrong")
    assert (answer.status, json.loads(answer.whole())) == (401, "Unauthorized")


def test_each_create_makes_another_draft(caller: Caller) -> None:
    assert caller.draft() != caller.draft()
    assert len(caller.ask("GET", "v1/order", status="draft")["orders"]) == 2
    assert caller.refusal("POST", "v1/order", {"templateId": "12345"}) == (400, "templateId is required.")


@pytest.mark.parametrize("path", ["recipients", "recipients:append"])
def test_recipients_are_appended_and_incomplete_ones_left_out_without_an_error(path: str, caller: Caller) -> None:
    key = caller.draft()
    lame = {**ADA, "address": {**ADA["address"], "city": ""}}
    for _twice in range(2):
        answer = caller.ask("PUT", f"v1/order/{key}/{path}", {"recipients": [ADA, lame]})
    assert (answer["submittedRecipients"], answer["acceptedRecipients"]) == (2, 1)
    assert answer["undeliverable"][0]["reason"] == "city is missing"
    held = caller.ask("GET", f"v1/order/{key}/recipients")
    assert held["totalCount"] == 2


@pytest.mark.parametrize("body", [[ADA], {"recipients": []}, {"recipients": [ADA] * 1001}, {"recipients": ["Ada"]}])
def test_a_wrong_shape_of_recipients_is_refused(body: Any, caller: Caller) -> None:
    key = caller.draft()
    assert caller.send("PUT", f"v1/order/{key}/recipients", body).status == 400
    assert caller.ask("GET", f"v1/order/{key}/recipients")["totalCount"] == 0


def test_pages_begin_at_nought(caller: Caller) -> None:
    key = caller.draft(ADA, ADA, ADA)
    pages = [
        caller.ask("GET", f"v1/order/{key}/recipients", pageNumber=str(number), pageSize="2")["recipients"]
        for number in range(3)
    ]
    assert [len(page) for page in pages] == [2, 1, 0]


def test_recipients_are_taken_out_by_their_numbers(caller: Caller) -> None:
    key = caller.draft(ADA, ADA)
    first = caller.ask("GET", f"v1/order/{key}/recipients")["recipients"][0]["id"]
    caller.ask("DELETE", f"v1/order/{key}/recipients", {"recipientsIds": [first]})
    assert caller.ask("GET", f"v1/order/{key}/recipients")["totalCount"] == 1
    assert caller.refusal("DELETE", f"v1/order/{key}/recipients", {"recipientIds": [first]})[0] == 400


@pytest.mark.parametrize("name", ["postageType", "productionSpeed", "autoBill"])
def test_a_checkout_wants_its_body(name: str, caller: Caller, sandbox: Sandbox) -> None:
    key = caller.draft(ADA)
    body = {field: value for field, value in CHECKOUT.items() if field != name}
    assert caller.refusal("POST", f"v1/order/{key}/checkout", body) == (400, f"{name} is required.")
    sandbox.clock.advance(60)
    assert sandbox.lettrlabs.ledger.of_kind("charge") == []


def test_a_checkout_is_settled_later_and_nothing_may_be_changed_meanwhile(caller: Caller, sandbox: Sandbox) -> None:
    key = caller.draft(ADA)
    answer = caller.ask("POST", f"v1/order/{key}/checkout", CHECKOUT)
    assert answer["orderStatus"] == "Payment Needed"
    assert answer["pollAfterSeconds"] == 5
    assert caller.refusal("POST", f"v1/order/{key}/checkout", CHECKOUT)[0] == 400
    assert caller.refusal("PUT", f"v1/order/{key}/recipients", {"recipients": [ADA]})[0] == 400
    assert caller.refusal("DELETE", f"v1/order/{key}") == (400, "ORDER_NOT_DELETABLE_STATUS")
    assert sandbox.lettrlabs.ledger.of_kind("charge") == []
    sandbox.clock.advance(3)
    assert [event["total"] for event in sandbox.lettrlabs.ledger.of_kind("charge")] == ["2.80"]
    assert [event["lastName"] for event in sandbox.lettrlabs.ledger.of_kind("card")] == ["Lovelace"]


def test_an_order_goes_its_whole_way(caller: Caller, sandbox: Sandbox) -> None:
    sandbox.lettrlabs.options.change(undeliverable_every=0, scan_every=1)
    key = caller.draft(ADA)
    caller.ask("POST", f"v1/order/{key}/checkout", CHECKOUT)
    seen = []
    for _step in range(120):
        [order] = caller.ask("GET", "v1/order", id=str(key))["orders"]
        if order["status"] not in seen:
            seen.append(order["status"])
        sandbox.clock.advance(0.5)
    assert seen == ["Payment Needed", "Paid", "Ready For Production", "In Production", "In QA", "InShipping", "Mailed"]
    [figures] = caller.ask("GET", "v1/order/analytics", Id=str(key))["orders"]
    assert (figures["totalCards"], figures["delivered"], figures["qrCode"]["totalScans"]) == (1, 1, 2)
    assert figures["qrCode"]["recipients"][0]["totalScans"] == "2"
    assert caller.ask("GET", "v1/order/transaction", Id=str(key))["orders"][0]["totalPrice"] == 2.8
    assert caller.ask("GET", f"v1/order/{key}/recipient-delivery-status")[0]["deliveryStatus"] == "Delivered"
    assert caller.ask("POST", "v1/order-recipients-statistics", {"orderIds": [key]})["recipients"]
    assert caller.refusal("GET", "v1/order/analytics", id=str(key)) == (400, "Id is required.")


@pytest.mark.parametrize(("payment", "balance"), [("fails", "10000.00"), ("succeeds", "1.00")])
def test_a_payment_that_fails_leaves_a_draft(payment: str, balance: str, caller: Caller, sandbox: Sandbox) -> None:
    sandbox.lettrlabs.options.change(payment=payment, prepaid_balance=balance)
    key = caller.draft(ADA)
    caller.ask("POST", f"v1/order/{key}/checkout", CHECKOUT | {"autoBill": False})
    sandbox.clock.advance(60)
    assert caller.ask("GET", "v1/order", id=str(key))["orders"][0]["status"] == "Draft"
    assert sandbox.lettrlabs.ledger.of_kind("charge") == []


def test_a_deleted_order_is_gone(caller: Caller) -> None:
    key = caller.draft(ADA)
    caller.ask("DELETE", f"v1/order/{key}")
    assert caller.refusal("GET", f"v1/order/{key}/recipients")[0] == 404
    assert caller.ask("GET", "v1/order")["orders"] == []


def test_conversions_count_each_order_once_and_right_rows_beside_wrong_ones(caller: Caller, sandbox: Sandbox) -> None:
    right = {"primaryEmail": "ada@example.com", "revenue": 10, "orderId": "W-1"}
    for _twice in range(2):
        caller.ask("POST", "v1/conversions", [right])
    nameless = {"primaryEmail": "ada@example.com", "revenue": 10}
    for _twice in range(2):
        caller.ask("POST", "v1/conversions", [nameless])
    assert len(sandbox.lettrlabs.ledger.of_kind("conversion")) == 3
    answer = json.loads(caller.send("POST", "v1/conversions", [right | {"orderId": "W-2"}, {"revenue": 1}]).whole())
    assert answer["hasErrors"] is True
    assert len(sandbox.lettrlabs.ledger.of_kind("conversion")) == 4
    assert caller.refusal("POST", "v1/conversions", [{"revenue": -1, "primaryEmail": "a"}])[0] == 400
    assert caller.ask("GET", f"v1/conversions/{answer['payload']['id']}/status")["status"] == "Completed"


def test_what_it_holds_outlives_a_restart(sandbox: Sandbox, caller: Caller) -> None:
    key = caller.draft(ADA)
    saved = json.loads(json.dumps(sandbox.lettrlabs.saved()))
    sandbox.lettrlabs.store.orders.clear()
    sandbox.lettrlabs.restore(saved)
    assert caller.ask("GET", f"v1/order/{key}/recipients")["totalCount"] == 1
    assert caller.draft() > key
