"""The replayed Sign Customiser is as strict as its documents, and can be steered over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, running_sandbox

SAMPLE = Path(__file__).parents[1] / "samples" / "sign-customiser" / "create_order.request.json"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True) as sandbox:
        sandbox.sign_customiser.product_ids.add("your-product-id-123")
        yield sandbox


def call(sandbox: Sandbox, method: str, path: str, body: object = None, token: str = "sandbox-sign-token") -> Any:
    url = f"{sandbox.sign_customiser.public_url}{path}"
    return requests.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def changed(path: str, value: object) -> dict[str, Any]:
    order = json.loads(SAMPLE.read_text())
    *parents, last = path.split(".")
    place: Any = order
    for name in parents:
        place = place[int(name) if name.isdecimal() else name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return order


def test_the_example_is_taken_and_noted(sandbox: Sandbox) -> None:
    answer = call(sandbox, "POST", "api/v2/orders", json.loads(SAMPLE.read_text()))
    assert (answer.status_code, answer.json()["order"]["order_id"]) == (200, 1)
    (held,) = sandbox.sign_customiser.ledger.physical_orders()
    assert held["reference"] == "order-123456"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("integration_id", "42"), ("integration_id", 43), ("external_id", ""), ("external_order_number", None),
        ("currency", "usd"), ("billing_address", None), ("billing_address.email", "x"),
        ("shipping_address.country", "USA"),
        ("shipping_address.city", ""), ("shipping_line", ""), ("customer.first_name", None), ("products", []),
        ("products.0.external_id", "sgn_never_returned"), ("products.0.quantity", 0), ("products.0.price", 29.99),
        ("products.0.price", "2999"),
    ],
)  # fmt: skip
def test_each_flaw_is_named(sandbox: Sandbox, path: str, value: object) -> None:
    answer = call(sandbox, "POST", "api/v2/orders", changed(path, value))
    assert answer.status_code == 422
    assert path in answer.json()["errors"]
    assert sandbox.sign_customiser.ledger.physical_orders() == []


@pytest.mark.parametrize("path", ["billing_address.address_2", "billing_address.phone", "shipping_address.province"])
def test_few_texts_may_be_empty(sandbox: Sandbox, path: str) -> None:
    assert call(sandbox, "POST", "api/v2/orders", changed(path, "")).status_code == 200


def test_without_the_token_nothing_is_said(sandbox: Sandbox) -> None:
    answer = call(sandbox, "GET", "api/v2/webhooks", token="wrong")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    assert call(sandbox, "GET", "api/v2/nothing").status_code == 404
    assert call(sandbox, "GET", "api/v2/orders").status_code == 405


def test_webhooks_need_topic_and_address_each_time(sandbox: Sandbox) -> None:
    assert set(call(sandbox, "POST", "api/v2/webhooks", {}).json()["errors"]) == {"topic", "url"}
    made = call(sandbox, "POST", "api/v2/webhooks", {"topic": "order:created", "url": "http://127.0.0.1:1/x"}).json()
    path = f"api/v2/webhooks/{made['webhook']['webhook_id']}"
    assert call(sandbox, "PUT", path, {"topic": "order:created"}).status_code == 422
    assert call(sandbox, "DELETE", path).status_code == 204
    assert call(sandbox, "DELETE", path).status_code == 404


def test_it_is_steered_over_http(sandbox: Sandbox) -> None:
    url = f"{sandbox.control_url}sign-customiser/"
    assert requests.patch(f"{url}settings", json={"echo": "off"}, timeout=5).json()["echo"] == "off"
    designed = requests.post(f"{url}design", json={"title": "Bar"}, timeout=5).json()
    assert designed["told"]["status"] == 0  # nobody is named to be asked
    assert requests.post(f"{url}echo", json={"external_id": "none"}, timeout=5).status_code == 404
    assert requests.get(f"{url}sent", timeout=5).json()[0]["topic"] == "product:created"
    picture = requests.get(f"{sandbox.sign_customiser.public_url}pictures/1.png", timeout=5)
    assert picture.content.startswith(b"\x89PNG")
