"""Five thousand malformed requests: every one is answered, none with an error of ours."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.api.storefront import CARD, Storefront, build_order

SEED = 20_261_120
# Few enough for every run, and a night's worth for `make soak`.
REQUESTS = [1_500, pytest.param(5_000, marks=pytest.mark.soak)]
ODD_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1.5, 1e308, "", " ", "x" * 300, "x" * 3000, "\x7f", "\u202e", "\ufffe",
    "😀" * 40, "NaN", "-0", "1e5", [], [[]], {}, {"a": {}}, [None], "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "'; --", "%s", "{}", "<b>", "../..", "https://[", "https://a:99999/", "sftp://", "::1",
)  # fmt: skip
ODD_BYTES = (
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"}",
    b"[",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b",",
    b":",
    b"1e999",
    b"\xc3",
)
PATHS = (
    "orders/", "orders/1/", "orders/1/timeline/", "orders/1/cancel/", "orders/-1/", "orders/99999999999999999999/",
    "catalog/products/", f"catalog/variants/{CARD}/", f"catalog/variants/{CARD}/quote/", "catalog/variants/%00/",
    "catalog/variants/%ff%fe/", "catalog/variants/..%2f..%2f/", "orders/%F0%9F%98%80/", "nothing/", "//", "orders//",
)  # fmt: skip
PARAMETERS = (
    "state", "production", "shipment", "late", "reference", "number", "created_since", "updated_since", "search",
    "cursor", "page_size", "quantity", "lang", "sku", "category", "on_invalid", "format", "nonsense",
)  # fmt: skip
TYPES = ("application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "x/y/z", "")


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) within."""
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


def odd_structure(dice: random.Random) -> bytes:
    """Return an order with some values exchanged, left out or put elsewhere."""
    body = build_order(reference=str(dice.random()))
    for _ in range(dice.randint(1, 4)):
        container, key = dice.choice(places(body))
        match dice.randrange(4):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1 if isinstance(container, dict):
                container[dice.choice(["odd", "", "\u0000", "id"])] = dice.choice(ODD_VALUES)
            case 2:
                container[key] = dice.choice(places(build_order()))[0]
            case _:
                container[key] = dice.choice(ODD_VALUES)
        if not places(body):
            break
    return json.dumps(body, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def odd_bytes(dice: random.Random) -> bytes:
    """Return an order's bytes, cut, doubled, or with others put in."""
    body = json.dumps(build_order(reference=str(dice.random()))).encode()
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(body) + 1)
        match dice.randrange(4):
            case 0:
                body = body[:at]
            case 1:
                body = body[:at] + body[dice.randrange(len(body) + 1) :]
            case 2:
                body = body[:at] + dice.randbytes(dice.randint(1, 8)) + body[at:]
            case _:
                body = body[:at] + dice.choice(ODD_BYTES) + body[at:]
    return body


def post_order(client: Client, dice: random.Random) -> Any:
    build: Callable[[random.Random], bytes] = dice.choice([odd_structure, odd_bytes])
    key = dice.choice([str(dice.random()), "same", "", "ä", "x" * 300])
    query = dice.choice(["", "?on_invalid=hold", "?on_invalid=hold", "?on_invalid="])
    content_type = "application/json" if dice.random() < 0.9 else dice.choice(TYPES)
    return client.generic(
        "POST", f"/api/v1/orders/{query}", build(dice), content_type=content_type, headers={"Idempotency-Key": key}
    )


def ask_oddly(client: Client, dice: random.Random) -> Any:
    names = dice.choices(PARAMETERS, k=dice.randint(0, 3))
    query = [(name, str(dice.choice([*ODD_VALUES, "\0", "true", "1", "WzFd"]))) for name in names]
    method = dice.choice(["GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PURGE"])
    headers = {"Accept": dice.choice(["*/*", "application/json", "text/html", ";", "a/b;q=x"])}
    if dice.random() < 0.1:
        headers["Authorization"] = dice.choice(["Bearer", "Bearer \0", "Bearer " + "x" * 5000, "ä"])
    body = dice.choice([b"", b"{}", b"[]", b'{"reason": 5}', b'{"reason": "' + b"x" * 600 + b'"}'])
    return client.generic(
        method,
        f"/api/v1/{dice.choice(PATHS)}",
        body,
        content_type="application/json",
        headers=headers,
        query_params=dict(query),
    )


@pytest.mark.parametrize("requests", REQUESTS)
def test_malformed_requests_are_answered_without_an_error_of_ours(
    storefront: Storefront, catalog, settings, requests: int
) -> None:
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "1000000/min"
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {storefront.key}"})
    dice = random.Random(SEED)
    statuses: Counter[int] = Counter()
    try:
        for number in range(requests):
            ask = dice.choice([post_order, ask_oddly])
            answer = ask(client, dice)
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (number, answer.request, answer.content)
            if answer.status_code >= 400 and answer.request["REQUEST_METHOD"] != "HEAD":
                assert answer["Content-Type"] == "application/problem+json", (number, answer.request)
    finally:
        settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "1200/min"
    # The requests reach every layer: what is read, what is checked, what is kept.
    assert {200, 201, 400, 401, 404, 405, 422} <= set(statuses), statuses
