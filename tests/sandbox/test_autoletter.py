"""The replayed AutoLetter: as strict as its article, with what the article leaves open as options."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, running_sandbox

EXAMPLE = json.loads((Path(__file__).parents[1] / "samples" / "autoletter" / "orders.create.request.json").read_text())


def post(sandbox: Sandbox, body: Any, **headers: str) -> requests.Response:
    given = {"Authorization": f"Bearer {sandbox.autoletter.options.token}"} | headers
    return requests.post(sandbox.autoletter.public_url + "v2/orders", json=body, headers=given, timeout=10)


def order(number: int, **changes: Any) -> dict[str, Any]:
    return EXAMPLE[0] | {"OrderId": str(number), "OrderNumber": f"ORD-{number}"} | changes


def control(sandbox: Sandbox, path: str) -> Any:
    return requests.get(f"{sandbox.control_url}autoletter/{path}", timeout=10).json()


def test_the_articles_example_is_taken_and_may_set_off_a_letter(sandbox: Sandbox) -> None:
    assert post(sandbox, EXAMPLE).status_code == 201
    assert control(sandbox, "letters") == {"12345": 1}
    assert control(sandbox, "orders") == EXAMPLE


def test_a_known_order_is_refused_in_an_array_and_updated_in_an_object(sandbox: Sandbox) -> None:
    post(sandbox, EXAMPLE)
    again = post(sandbox, EXAMPLE)
    assert (again.status_code, again.json()["errors"][0]["OrderId"]) == (409, "12345")
    changed = EXAMPLE[0] | {"Total": 10.5}
    assert post(sandbox, {"allowUpdates": True, "orders": [changed]}).status_code == 201
    assert sandbox.autoletter.orders["12345"]["Total"] == 10.5
    assert sandbox.autoletter.letters() == {"12345": 1}
    assert [event["event"] for event in control(sandbox, "ledger")["events"]] == ["letter", "update"]


@pytest.mark.parametrize(
    "change",
    [
        {"OrderId": 12345}, {"OrderNumber": ""}, {"Total": "89.99"}, {"Total": True}, {"Total": 89.999}, {"Total": -1},
        {"Date": "2026-02-20"}, {"Date": "20.02.2026"}, {"Address": "Main Street 42"}, {"Products": {}},
        {"Address": {**EXAMPLE[0]["Address"], "Country": "Germany"}},
        {"Address": {**EXAMPLE[0]["Address"], "Country": "de"}},
        {"Address": {**EXAMPLE[0]["Address"], "ZIP": 10115}},
        {"Address": {**EXAMPLE[0]["Address"], "Street": ""}},
        {"Address": {**EXAMPLE[0]["Address"], "Name": "John"}},
        {"Address": {k: v for k, v in EXAMPLE[0]["Address"].items() if "Name" not in k}},
        {"InvoiceAddress": {}}, {"orderId": "1"}, {"ShopId": 7},
    ],
)  # fmt: skip
def test_what_breaks_the_tables_is_refused_and_kept_nowhere(sandbox: Sandbox, change: dict[str, Any]) -> None:
    answer = post(sandbox, [EXAMPLE[0] | change])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]
    assert sandbox.autoletter.letters() == {}


@pytest.mark.parametrize("name", ["OrderNumber", "OrderId", "Date", "Total", "Address"])
def test_every_required_field_is_required(sandbox: Sandbox, name: str) -> None:
    answer = post(sandbox, [{key: value for key, value in EXAMPLE[0].items() if key != name}])
    assert answer.status_code == 422
    assert name in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "body", [{}, {"orders": EXAMPLE}, {"allowUpdates": False, "orders": EXAMPLE}, [], "x", {"allowUpdates": True}]
)
def test_a_body_of_no_documented_shape_is_refused(sandbox: Sandbox, body: Any) -> None:
    assert post(sandbox, body).status_code == 400
    assert sandbox.autoletter.orders == {}


def test_one_bad_order_is_refused_alone_or_with_all_others(sandbox: Sandbox) -> None:
    batch = [order(1), order(2, Total="1"), order(3)]
    mixed = post(sandbox, batch)
    assert (mixed.status_code, set(sandbox.autoletter.orders)) == (207, {"1", "3"})
    sandbox.autoletter.options.change(refusal="whole")
    whole = post(sandbox, [order(4), order(5, Total="1")])
    assert (whole.status_code, set(sandbox.autoletter.orders)) == (422, {"1", "3"})


def test_an_order_twice_in_one_request_is_kept_once(sandbox: Sandbox) -> None:
    assert post(sandbox, [order(1), order(1)]).status_code == 207
    assert sandbox.autoletter.letters() == {"1": 1}


def test_token_path_size_and_rate_are_guarded(sandbox: Sandbox) -> None:
    assert post(sandbox, EXAMPLE, Authorization="Bearer x").status_code == 401
    assert requests.get(sandbox.autoletter.public_url + "v2/orders", timeout=10).status_code == 405
    assert requests.post(sandbox.autoletter.public_url + "v1/orders", timeout=10).status_code == 404
    sandbox.autoletter.options.change(batch_limit=1, rate_limit=2)
    assert post(sandbox, [order(1), order(2)]).status_code == 413
    assert post(sandbox, EXAMPLE).status_code == 201
    late = post(sandbox, EXAMPLE)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "2")


def test_what_it_holds_outlives_a_restart(tmp_path: Path) -> None:
    with running_sandbox(manual_clock=True, state=tmp_path / "state.json") as first:
        post(first, EXAMPLE)
    with running_sandbox(manual_clock=True, state=tmp_path / "state.json") as second:
        assert post(second, EXAMPLE).status_code == 409
        assert second.autoletter.letters() == {"12345": 1}
