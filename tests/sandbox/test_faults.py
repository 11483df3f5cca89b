"""Each fault over a real socket: what the caller sees, and what the vendor holds afterwards."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox
from backoffice.sandbox.faults import KINDS
from tests.sandbox.client import RECIPIENT, Client

SOURCE = Path(__file__).read_text()
CREATE = {"method": "POST", "path": "^v1/orders$"}


@pytest.fixture
def fresh(merchant: Client) -> Iterator[Client]:
    """Open a new connection for every call, so that nothing is retried by the library."""
    merchant.session.headers["Connection"] = "close"
    yield merchant
    merchant.session.close()


def _create(client: Client, **options: Any) -> requests.Response:
    return client.request("POST", "v1/orders", json={"reference": "W", "recipient": RECIPIENT}, **options)


def _held(sandbox: Sandbox) -> int:
    return len(sandbox.ledger.orders)


@pytest.mark.parametrize(("kind", "held"), [("status", 0), ("status_after", 1)])
def test_a_status_comes_before_or_after_the_work(sandbox: Sandbox, fresh: Client, kind: str, held: int) -> None:
    sandbox.faults.add(kind, **CREATE, status=502, body='{"oops": 1}', headers={"X-Trace": "7"}, times=1)
    answer = _create(fresh)
    assert (answer.status_code, answer.json(), answer.headers["X-Trace"]) == (502, {"oops": 1}, "7")
    assert _held(sandbox) == held
    assert _create(fresh).status_code == 201


@pytest.mark.parametrize(("kind", "held"), [("hang", 0), ("hang_after", 1)])
def test_a_hang_outlasts_the_caller(sandbox: Sandbox, fresh: Client, kind: str, held: int) -> None:
    sandbox.faults.add(kind, **CREATE, seconds=30)
    with pytest.raises(requests.ReadTimeout):
        _create(fresh, timeout=0.3)
    assert _held(sandbox) == held


def test_a_hang_that_ends_closes_without_an_answer(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("hang", **CREATE, seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        _create(fresh)
    assert _held(sandbox) == 0


def test_late_work_is_done_after_the_caller_has_given_up(sandbox: Sandbox, fresh: Client) -> None:
    rule = sandbox.faults.add("late", **CREATE, seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        _create(fresh, timeout=0.2)
    assert (rule.hits, _held(sandbox)) == (1, 0)
    deadline = time.monotonic() + 5
    while not _held(sandbox) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _held(sandbox) == 1


@pytest.mark.parametrize(("kind", "held"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_is_a_reset_of_the_connection(sandbox: Sandbox, fresh: Client, kind: str, held: int) -> None:
    sandbox.faults.add(kind, **CREATE)
    with pytest.raises(requests.ConnectionError) as raised:
        _create(fresh)
    assert "ConnectionResetError" in repr(raised.value)
    assert _held(sandbox) == held


def test_broken_json_is_complete_but_unreadable(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("broken_json", **CREATE)
    answer = _create(fresh)
    assert answer.status_code == 201
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert _held(sandbox) == 1


def test_a_truncated_answer_ends_early(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("truncated", **CREATE)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        _create(fresh)
    assert _held(sandbox) == 1


def test_a_slow_body_drips(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("slow_body", **CREATE, seconds=0.5)
    began = time.monotonic()
    answer = _create(fresh)
    assert time.monotonic() - began > 0.4
    assert answer.json()["reference"] == "W"


def test_an_html_page_stands_where_json_should(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("html", **CREATE)
    answer = _create(fresh)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert "<h1>" in answer.text
    assert _held(sandbox) == 1


def test_an_empty_answer_has_done_the_work(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("empty", **CREATE, status=201)
    answer = _create(fresh)
    assert (answer.status_code, answer.content) == (201, b"")
    assert _held(sandbox) == 1


def test_a_revoked_token_stays_revoked(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("revoked_token", **CREATE, times=1)
    assert [_create(fresh).status_code for _ in range(2)] == [401, 401]
    assert _held(sandbox) == 0
    fresh.session.headers["Authorization"] = Client(sandbox).session.headers["Authorization"]
    assert _create(fresh).status_code == 201


@pytest.mark.parametrize("retry_after", [None, 3])
def test_too_many_requests_may_or_may_not_say_how_long(
    sandbox: Sandbox, fresh: Client, retry_after: int | None
) -> None:
    sandbox.faults.add("too_many", **CREATE, retry_after=retry_after)
    answer = _create(fresh)
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if retry_after is None else "3")
    assert _held(sandbox) == 0


def test_a_redirect_points_to_another_host(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("redirect", **CREATE, location="http://127.0.0.2:9/steal")
    answer = _create(fresh)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.2:9/steal")
    assert _held(sandbox) == 0


def test_maintenance_does_no_work(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("maintenance", **CREATE)
    assert _create(fresh).status_code == 503
    assert _held(sandbox) == 0


def test_words_of_an_answer_become_others_after_the_work(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("reworded", **CREATE, words={'"status":"[A-Z]+"': '"status":"BAKING"'})
    answer = _create(fresh)
    assert (answer.status_code, answer.json()["status"]) == (201, "BAKING")
    assert _held(sandbox) == 1


def test_one_answer_is_repeated_without_further_work(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("repeated", **CREATE)
    assert _create(fresh).json() == _create(fresh).json()
    assert _held(sandbox) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_has_a_test_here(kind: str) -> None:
    assert f'add("{kind}"' in SOURCE or f'[("{kind}"' in SOURCE or f', ("{kind}"' in SOURCE


def test_a_connection_survives_faults_that_answer(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.faults.add("status", path="v1/status", status=500, times=1)
    with requests.Session() as session:
        statuses = [session.get(sandbox.url + "v1/status", timeout=5).status_code for _ in range(3)]
    assert statuses == [500, 200, 200]


def test_nth_and_times_choose_the_requests(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.faults.add("status", path="status", status=500, nth=[2, 4, 5], times=2)
    assert [merchant.get("v1/status").status_code for _ in range(6)] == [200, 500, 200, 500, 200, 200]


def test_method_and_path_choose_the_requests(sandbox: Sandbox, merchant: Client) -> None:
    rule = sandbox.faults.add("status", method="post", path=r"^v1/orders/\d+/submit$", status=500)
    order = merchant.draft()
    merchant.add(order)
    assert merchant.get("v1/orders").status_code == 200
    assert merchant.submit(order).status_code == 500
    assert rule.hits == 1
    sandbox.faults.remove(rule.id)
    assert merchant.submit(order).status_code == 200


def test_chances_repeat_with_their_seed(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.faults.add("status", path="status", status=500, probability=0.3)
    runs = []
    for _ in range(2):
        sandbox.faults.reseed(7)
        runs.append([merchant.get("v1/status").status_code for _ in range(60)])
    assert runs[0] == runs[1]
    assert 5 < runs[0].count(500) < 35


def test_faults_are_counted_beside_the_work_they_hide(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("status_after", **CREATE, status=500)
    _create(fresh)
    assert sandbox.ledger.total("POST v1/orders 201") == 1
    assert sandbox.ledger.total("POST v1/orders fault:status_after") == 1


@pytest.mark.parametrize(
    "rule", [{"kind": "magic"}, {"kind": "status"}, {"kind": "redirect"}, {"kind": "hang", "path": "("}]
)
def test_a_rule_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown fault|needs a|no regular expression"):
        sandbox.faults.add(**rule)
    assert sandbox.faults.as_list() == []


def test_stopping_ends_what_hangs(sandbox: Sandbox, fresh: Client) -> None:
    sandbox.faults.add("hang_after", **CREATE, seconds=60)
    with pytest.raises(requests.ReadTimeout):
        _create(fresh, timeout=0.2)
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 2
