"""Tokens, scopes, verbs and the allowance of requests."""

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import RECIPIENT, Client


def _status(merchant: Client, token: str | None, path: str = "v1/orders") -> int:
    headers = {"Authorization": f"Bearer {token}" if token is not None else ""}
    return merchant.request("GET", path, headers=headers).status_code


def test_without_a_valid_token_nothing_private_is_answered(sandbox: Sandbox, merchant: Client) -> None:
    assert _status(merchant, merchant.token) == 200
    assert _status(merchant, None) == 401
    assert _status(merchant, "wrong") == 401
    assert merchant.request("GET", "v1/orders", headers={"Authorization": merchant.token}).status_code == 401
    sandbox.mypromo.tokens.revoke(merchant.token)
    assert _status(merchant, merchant.token) == 401


def test_a_token_ends_when_it_said(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.clock.advance(31_622_399)
    assert _status(merchant, merchant.token) == 200
    sandbox.clock.advance(1)
    assert _status(merchant, merchant.token) == 401


def test_public_routes_need_no_token(merchant: Client) -> None:
    for path in ("v1/status", "v1/countries", "v1/states", "v1/carriers"):
        assert _status(merchant, None, path) == 200


def test_a_fulfiller_may_not_order(sandbox: Sandbox) -> None:
    fulfiller = Client(sandbox, account="2", secret="sandbox-fulfiller-secret")
    answer = fulfiller.post("v1/orders", recipient=RECIPIENT)
    assert answer.status_code == 403
    assert not sandbox.ledger.orders


def test_scopes_beyond_the_account_are_refused(merchant: Client) -> None:
    asked = {"grant_type": "client_credentials", "client_id": 1, "client_secret": "sandbox-merchant-secret"}
    assert merchant.post("oauth/token", **asked, scope="MERCHANT").status_code == 200
    assert merchant.post("oauth/token", **asked, scope="FULFILLER").status_code == 400
    assert merchant.post("oauth/token", **asked | {"client_secret": "x"}).status_code == 401
    assert merchant.post("oauth/token", **asked | {"grant_type": "password"}).status_code == 400


def test_orders_of_another_account_are_not_found(sandbox: Sandbox, merchant: Client) -> None:
    order = merchant.draft()
    other = Client(sandbox, account="3", secret="sandbox-both-secret")
    assert other.get(f"v1/orders/{order}").status_code == 404
    assert other.cancel(order).status_code == 404
    assert other.get("v1/orders").json()["meta"]["total"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "v1/orders/1"), ("PUT", "v1/orders/1/cancel"), ("PATCH", "v1/orders/1/submit"), ("DELETE", "v1/orders")],
)
def test_other_verbs_are_not_allowed(merchant: Client, method: str, path: str) -> None:
    merchant.draft()
    assert merchant.request(method, path, json={}).status_code == 405
    assert merchant.order(1)["status"] == "PENDING"


def test_the_verbs_of_cancel_and_submit_can_be_the_other_ones() -> None:
    with running_sandbox(manual_clock=True, cancel_verb="PUT", submit_verb="PATCH") as sandbox:
        merchant = Client(sandbox)
        order = merchant.draft()
        merchant.add(order)
        assert merchant.submit(order).status_code == 405
        assert merchant.request("PATCH", f"v1/orders/{order}/submit").status_code == 200
        assert merchant.cancel(order).status_code == 405
        assert merchant.request("PUT", f"v1/orders/{order}/cancel").status_code == 200


def test_the_request_over_the_allowance_is_refused_until_the_window_moved_on(
    sandbox: Sandbox, merchant: Client
) -> None:
    sandbox.settings.rate_limit = 5
    answers = [merchant.get("v1/orders") for _ in range(7)]
    assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0", "0", "0"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    sandbox.clock.advance(60)
    assert merchant.get("v1/orders").status_code == 200
    assert sandbox.ledger.total("GET v1/orders 429") == 2


def test_the_documented_allowance_is_500_a_minute(sandbox: Sandbox, merchant: Client) -> None:
    statuses = [merchant.get("v1/orders").status_code for _ in range(501)]
    assert statuses == [200] * 500 + [429]
    assert sandbox.ledger.busiest_minute == 502  # with the token's
