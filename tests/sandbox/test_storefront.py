"""The replayed storefront: its server keeps the key, passes on what a shopper may do, and says what webhooks came."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from standardwebhooks import Webhook

from backoffice.sandbox import Sandbox
from tests.sandbox.receiver import Receiver, receiving

KEY, SECRET = "bo_live_canary", "whsec_" + "QUJD" * 8
GOODS, ORDERS = "api/v1/catalog/variants/", "api/v1/orders/"


def call(sandbox: Sandbox, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, f"{sandbox.storefront.public_url}{path}", timeout=5, **options)


def control(sandbox: Sandbox, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{sandbox.control_url}storefront/{path}", json=body, timeout=5)


def post_webhook(sandbox: Sandbox, number: int, *, version: int = 1, secret: str = SECRET) -> requests.Response:
    about = {"object": "order", "id": "17", "version": version, "url": "", "details": {}}
    body = json.dumps({"id": f"evt_{number:012d}", "type": "order.late", "data": about})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": f"evt_{number:012d}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(f"evt_{number:012d}", now, body),
        "webhook-attempt": "1",
    }
    return call(sandbox, "POST", "webhooks", data=body, headers=headers)


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Receiver]:
    """Open the shop before an API that answers what the test puts there."""
    with receiving() as api:
        control(sandbox, "PATCH", "backend", {"url": api.url.removesuffix("/callback"), "key": KEY})
        control(sandbox, "PATCH", "settings", {"secret": SECRET})
        yield api


def test_the_shop_is_closed_until_it_has_a_key(sandbox: Sandbox) -> None:
    assert "Printed with love" in call(sandbox, "GET", "").text
    assert call(sandbox, "GET", GOODS).status_code == 503


def test_the_key_goes_to_the_api_and_nowhere_else(sandbox: Sandbox, api: Receiver) -> None:
    api.files[f"/{GOODS}?lang=EN"] = b'{"results": []}'
    goods = call(sandbox, "GET", f"{GOODS}?lang=EN", headers={"Authorization": "Bearer mine"})
    assert (goods.status_code, goods.json()) == (200, {"results": []})
    assert api.fetched == [(f"/{GOODS}?lang=EN", f"Bearer {KEY}")]
    shown = [call(sandbox, "GET", path).text for path in ("", "webhooks")]
    shown += [control(sandbox, "GET", path).text for path in ("settings", "ledger", "arrivals")]
    assert not [text for text in shown if KEY in text]
    assert KEY not in repr(sandbox.storefront.saved())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/v1/orders/"), ("GET", "api/v1/orders/17/"), ("GET", "api/v1/me/"), ("DELETE", ORDERS),
        ("POST", "api/v1/orders/17/cancel/"), ("POST", "api/v1/webhook-endpoints/"), ("GET", "api/v1/orders/../me/"),
    ],
)  # fmt: skip
def test_what_is_no_shoppers_business_is_not_passed_on(sandbox: Sandbox, api: Receiver, method: str, path: str) -> None:
    api.files["/api/v1/orders/17/"] = b"{}"
    assert call(sandbox, method, path, json={}).status_code == 404
    assert (api.fetched, api.bodies) == ([], [])


def test_only_orders_that_were_placed_here_are_shown(sandbox: Sandbox, api: Receiver) -> None:
    api.files["/api/v1/orders/17/"] = b'{"id": 17}'
    sandbox.storefront.backend.orders.add(17)
    assert call(sandbox, "GET", "api/v1/orders/17/").json() == {"id": 17}
    assert sandbox.storefront.saved()["orders"] == [17]


def test_a_page_of_another_origin_cannot_order(sandbox: Sandbox, api: Receiver) -> None:
    sent = call(sandbox, "POST", ORDERS, data="{}", headers={"Content-Type": "text/plain"})
    assert (sent.status_code, api.bodies) == (415, [])


def test_an_api_that_is_gone_is_said_as_a_shop_would(sandbox: Sandbox) -> None:
    control(sandbox, "PATCH", "backend", {"url": "http://127.0.0.1:9", "key": KEY})
    answer = call(sandbox, "GET", GOODS)
    assert (answer.status_code, answer.json()["status"]) == (502, 502)


def test_webhooks_are_verified_and_known_again(sandbox: Sandbox, api: Receiver) -> None:
    codes = [
        post_webhook(sandbox, 1, version=2).status_code,
        post_webhook(sandbox, 1, version=2).status_code,
        post_webhook(sandbox, 2, version=1).status_code,
        post_webhook(sandbox, 3, secret="whsec_" + "WFla" * 8).status_code,
    ]
    assert codes == [204, 204, 204, 401]
    kept = control(sandbox, "GET", "arrivals").json()
    assert [one["verdict"].split(":")[0] for one in kept] == [
        "new", "seen before", "older than what is known", "not verified",
    ]  # fmt: skip
    assert [one["event"] is None for one in kept] == [False, False, False, True]
    assert "not verified" in call(sandbox, "GET", "webhooks").text


def test_a_page_hears_of_webhooks_as_they_come_and_goes_on_where_it_was(sandbox: Sandbox, api: Receiver) -> None:
    post_webhook(sandbox, 1)
    with call(sandbox, "GET", "live", stream=True) as stream:
        lines = stream.iter_lines(chunk_size=1)
        assert next(line for line in lines if line.startswith(b"id:")) == b"id: 1"
        post_webhook(sandbox, 2)
        assert next(line for line in lines if line.startswith(b"id:")) == b"id: 2"
    with call(sandbox, "GET", "live", stream=True, headers={"Last-Event-ID": "1"}) as stream:
        shown = next(line for line in stream.iter_lines(chunk_size=1) if line.startswith(b"data:"))
    assert json.loads(shown[5:])["id"] == "evt_000000000002"
