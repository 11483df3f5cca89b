"""Callbacks: the whole order, once, with the credentials given."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.receiver import Receiver, receiving

BASIC = "Basic " + base64.b64encode("u:pä".encode()).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen for callbacks."""
    with receiving() as listening:
        yield listening


def _place(merchant: Client, receiver: Receiver, *, auth: dict[str, Any] | None = None, **item: Any) -> int:
    callback = {"url": receiver.url, "auth": auth} if auth else {"url": receiver.url}
    return merchant.place(order={"callback": callback}, **item)


def _live_through(sandbox: Sandbox) -> None:
    """Advance in small steps and let every callback arrive before the next."""
    for _ in range(40):
        sandbox.clock.advance(0.5)
        assert sandbox.callbacks.wait()


def test_production_shipment_delivery_and_finish_are_called_back(
    sandbox: Sandbox, merchant: Client, receiver: Receiver
) -> None:
    key = _place(merchant, receiver)
    _live_through(sandbox)
    assert receiver.statuses() == ["PROCESSING", "PROCESSING", "PROCESSING", "FINISHED"]
    assert [len(body["shipments"]) for body in receiver.bodies] == [0, 1, 1, 1]
    assert [s["delivered"] for body in receiver.bodies for s in body["shipments"]] == [False, True, True]
    assert {body["id"] for body in receiver.bodies} == {key}


def test_a_callback_is_identical_to_the_order_by_id(sandbox: Sandbox, merchant: Client, receiver: Receiver) -> None:
    receiver.status = 204
    key = _place(merchant, receiver, sku="SANDBOX-STUCK")
    _live_through(sandbox)
    read = merchant.order(key)
    assert read["histories"].pop()["text"] == f"Callback for order #{key} sent. (HTTP 204)"
    assert receiver.bodies == [read]


def test_the_history_names_the_answer_to_callbacks(sandbox: Sandbox, merchant: Client, receiver: Receiver) -> None:
    receiver.status = 500
    key = _place(merchant, receiver)
    _live_through(sandbox)
    order = merchant.order(key)
    package = order["shipments"][0]["id"]
    texts = [line["text"] for line in order["histories"]]
    assert texts.count(f"Callback for order #{key} sent. (HTTP 500)") == 2
    assert texts.count(f"Callback for package #{package} sent. (HTTP 500)") == 2
    assert len(receiver.bodies) == 4  # never sent again, the document names no retry


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"basic": {"username": "u", "password": "pä"}}, "Authorization", BASIC),
        ({"header": "X-Callback-Secret: s3cret"}, "X-Callback-Secret", "s3cret"),
        ({"header": "Bearer: 1231313123"}, "Authorization", "Bearer: 1231313123"),
        ({"header": "Bearer abc"}, "Authorization", "Bearer abc"),
    ],
)  # fmt: skip
def test_the_credentials_given_are_sent(
    sandbox: Sandbox, merchant: Client, receiver: Receiver, auth: dict[str, Any], name: str, value: str
) -> None:
    key = _place(merchant, receiver, auth=auth)
    merchant.cancel(key)
    assert sandbox.callbacks.wait()
    assert receiver.headers[0][name] == value
    assert receiver.headers[0]["Content-Type"] == "application/json"


def test_oauth_is_taken_with_the_order_and_fails_at_delivery(
    sandbox: Sandbox, merchant: Client, receiver: Receiver
) -> None:
    client = {"client_id": "i", "client_secret": "s", "auth_url": receiver.url, "grant_type": "client_credentials"}
    key = _place(merchant, receiver, auth={"oauth2": client})
    merchant.cancel(key)
    assert sandbox.callbacks.wait()
    assert receiver.bodies == []
    assert sandbox.callbacks.sent[0]["status"] == 0
    assert "OAuth" in sandbox.callbacks.sent[0]["error"]


def test_callbacks_leave_loopback_for_nobody(sandbox: Sandbox, merchant: Client) -> None:
    merchant.cancel(merchant.place(order={"callback": {"url": "https://shop.example/cb"}}))
    assert sandbox.callbacks.wait()
    assert "loopback" in sandbox.callbacks.sent[0]["error"]


def test_orders_without_callback_use_the_one_kept_at_the_client(
    sandbox: Sandbox, merchant: Client, receiver: Receiver
) -> None:
    merchant.cancel(merchant.place())
    assert len(sandbox.callbacks.sent) == 0
    sandbox.settings.change(callback_url=receiver.url, callback_auth={"header": "X-Key: k"})
    merchant.cancel(merchant.place())
    assert sandbox.callbacks.wait()
    assert receiver.statuses() == ["CANCELED"]
    assert receiver.headers[0]["X-Key"] == "k"


def test_callbacks_can_be_dropped(sandbox: Sandbox, merchant: Client, receiver: Receiver) -> None:
    sandbox.settings.callback_drop = 1.0
    _place(merchant, receiver)
    _live_through(sandbox)
    assert receiver.bodies == []
    assert sandbox.callbacks.dropped == 4


def test_callbacks_can_be_doubled(sandbox: Sandbox, merchant: Client, receiver: Receiver) -> None:
    sandbox.settings.callback_double = 1.0
    _place(merchant, receiver)
    _live_through(sandbox)
    assert len(receiver.bodies) == 8


def test_callbacks_can_be_delayed_and_then_tell_the_old_state(
    sandbox: Sandbox, merchant: Client, receiver: Receiver
) -> None:
    sandbox.settings.callback_delay = 100.0
    key = _place(merchant, receiver)
    sandbox.clock.advance(30)
    before = merchant.order(key)
    assert (before["status"], receiver.bodies) == ("FINISHED", [])
    sandbox.clock.advance(100)
    assert sandbox.callbacks.wait()
    after = merchant.order(key)
    assert len(after["histories"]) == len(before["histories"]) + 4
    assert after["updated_at"] == before["updated_at"]  # telling somebody is no change of the order
    assert sorted(receiver.statuses()) == ["FINISHED", "PROCESSING", "PROCESSING", "PROCESSING"]


def test_callbacks_can_be_shuffled(sandbox: Sandbox, merchant: Client, receiver: Receiver) -> None:
    sandbox.settings.callback_shuffle = 1000
    for _ in range(5):
        _place(merchant, receiver)
    _live_through(sandbox)
    assert receiver.bodies == []
    sandbox.callbacks.release()
    assert sandbox.callbacks.wait()
    newest = [body["histories"][-1]["id"] for body in receiver.bodies]
    assert len(newest) == 20
    assert newest != sorted(newest)


def test_callbacks_can_come_before_the_answer_of_the_call(
    sandbox: Sandbox, merchant: Client, receiver: Receiver
) -> None:
    sandbox.settings.callback_before_answer = True
    receiver.status = 202
    order = merchant.post("v1/orders", **_order(receiver)).json()
    # the answer, written after the callback, already tells of it
    assert order["histories"][-1]["text"] == f"Callback for order #{order['id']} sent. (HTTP 202)"
    assert [body["id"] for body in receiver.bodies] == [order["id"]]
    merchant.add(order["id"])
    merchant.submit(order["id"])
    assert len(receiver.bodies) == 2
    merchant.cancel(order["id"])
    assert receiver.statuses() == ["PENDING", "PENDING", "CANCELED"]


def test_a_slow_receiver_does_not_hold_up_the_vendor(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.faults.add("hang", path="^slow$", seconds=30)
    sandbox.settings.callback_timeout = 1.0
    key = merchant.place(order={"callback": {"url": sandbox.url + "slow"}})
    began = time.monotonic()
    assert merchant.cancel(key).status_code == 200
    assert time.monotonic() - began < 0.5
    assert sandbox.callbacks.wait()
    assert sandbox.callbacks.sent[0]["error"].startswith("TimeoutError")


def _order(receiver: Receiver) -> dict[str, Any]:
    recipient = {"lastname": "Sample", "zip": "12345", "city": "Town", "country_code": "DE"}
    return {"reference": "WEB-1", "recipient": recipient, "callback": {"url": receiver.url}}
