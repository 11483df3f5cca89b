"""The control routes, the state file and the management command."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import Client

ROOT = Path(__file__).parents[2]


def _control(sandbox: Sandbox, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, sandbox.control_url + path, json=body, timeout=10)


def test_the_ledger_is_read_over_http(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    answer = _control(sandbox, "GET", "ledger").json()
    assert answer["orders"] == [sandbox.ledger.orders[key]]
    assert answer["requests"]["POST v1/orders 201"] == 1
    assert not [name for name in answer["requests"] if "_sandbox" in name]


def test_faults_are_switched_over_http(sandbox: Sandbox, merchant: Client) -> None:
    rules = [{"kind": "status", "path": "status", "status": 500}, {"kind": "cut_before", "path": "x"}]
    added = _control(sandbox, "POST", "faults", rules).json()["ids"]
    assert merchant.get("v1/status").status_code == 500
    assert [(r["kind"], r["hits"]) for r in _control(sandbox, "GET", "faults").json()] == [
        ("status", 1),
        ("cut_before", 0),
    ]
    _control(sandbox, "DELETE", f"faults/{added[0]}")
    assert merchant.get("v1/status").status_code == 200
    _control(sandbox, "DELETE", "faults")
    assert _control(sandbox, "GET", "faults").json() == []


def test_time_moves_over_http(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    before = _control(sandbox, "GET", "clock").json()
    assert (before["manual"], before["waiting"]) == (True, 1)
    after = _control(sandbox, "POST", "clock", {"advance": 60}).json()
    assert after["now"] > before["now"]
    assert merchant.order(key)["status"] == "FINISHED"


def test_settings_are_changed_over_http(sandbox: Sandbox, merchant: Client) -> None:
    answer = _control(sandbox, "PATCH", "settings", {"maintenance": True, "step_seconds": 2})
    assert answer.json()["maintenance"] is True
    assert merchant.get("v1/status").status_code == 503
    assert "secret" not in _control(sandbox, "GET", "settings").text


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("settings", "PATCH", {"nothing": 1}, 400),
        ("settings", "PATCH", {"rate_limit": "many"}, 400),
        ("faults", "POST", {"kind": "magic"}, 400),
        ("faults", "POST", {"kind": "hang", "wrong": 1}, 400),
        ("catalog", "POST", {"sku": "NOPE", "price": 1.0}, 404),
        ("catalog", "POST", {"sku": "TESTPRODUCT123", "course": "x"}, 400),
        ("nothing", "GET", None, 404),
    ],
)
def test_what_makes_no_sense_is_refused(
    sandbox: Sandbox, path: str, method: str, body: dict[str, Any], status: int
) -> None:
    before = sandbox.settings.as_dict()
    assert _control(sandbox, method, path, body).status_code == status
    assert sandbox.settings.as_dict() == before
    assert sandbox.faults.as_list() == []


def test_catalogue_tokens_and_callbacks_are_steered_over_http(sandbox: Sandbox, merchant: Client) -> None:
    _control(sandbox, "POST", "catalog", {"sku": "TESTPRODUCT123", "available": False})
    assert merchant.get("v1/inventory", sku="TESTPRODUCT123").json()["data"][0]["available"] is False
    _control(sandbox, "POST", "catalog", {"remove": 1})
    assert merchant.get("v1/products/1").status_code == 404
    _control(sandbox, "POST", "catalog", {"restore": 1})
    assert merchant.get("v1/products/1").status_code == 200
    merchant.cancel(merchant.place(order={"callback": {"url": "https://shop.example/"}}))
    sandbox.callbacks.wait()
    assert [c["order"] for c in _control(sandbox, "GET", "callbacks").json()["sent"]] == [1]
    assert _control(sandbox, "GET", "callbacks?after=1").json()["sent"] == []
    _control(sandbox, "POST", "tokens/revoke")
    assert merchant.get("v1/orders").status_code == 401


def test_a_shopper_may_switch_the_variant_of_a_design(sandbox: Sandbox, merchant: Client) -> None:
    user = merchant.request("POST", "v1/editor_user").json()["editor_user_hash"]
    asked = {"sku": "MP-F1-C0000003", "editor_user_hash": user, "return_url": "https://shop.example/"}
    design = merchant.post("v1/designs", **asked).json()["id"]
    _control(sandbox, "POST", f"designs/{design}", {"sku": "MP-F1-C0000002"})
    assert merchant.get(f"v1/designs/{design}").json()["sku"] == "MP-F1-C0000002"


def test_a_second_run_goes_on_with_the_same_orders(tmp_path: Path) -> None:
    state = tmp_path / "var" / "mypromo.json"
    with running_sandbox(manual_clock=True, late_every=0, state=state) as first:
        merchant = Client(first)
        done, waiting = merchant.place(), merchant.draft()
        first.clock.advance(60)
        merchant.add(waiting)
        merchant.submit(waiting)
        orders = [merchant.order(key) for key in (done, waiting)]
        ledger = first.ledger.as_dict()
    with running_sandbox(manual_clock=True, late_every=0, state=state) as second:
        merchant.sandbox = second
        assert [merchant.order(key) for key in (done, waiting)] == orders
        assert second.ledger.physical_orders() == ledger["orders"]
        second.clock.advance(120)
        assert merchant.order(waiting)["status"] == "FINISHED"
        assert merchant.place() == waiting + 1


def test_a_state_file_is_whole_json_at_any_time(tmp_path: Path) -> None:
    state = tmp_path / "mypromo.json"
    with running_sandbox(manual_clock=True, state=state) as sandbox:
        Client(sandbox).place()
        sandbox._state.write()  # type: ignore[union-attr]
        assert len(json.loads(state.read_text())["mypromo"]["orders"]) == 1
        assert list(tmp_path.iterdir()) == [state]


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMMAND, "--port", "0", "--speed", "20", "--state", str(tmp_path / "s.json")]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.search(r"mypromo at (\S+),", line)
        assert url is not None, line
        assert requests.get(f"{url[1]}v1/status", timeout=5).json() == {"message": "OK"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
    assert (tmp_path / "s.json").exists()


# The command alone: it needs neither the project's settings nor a database.
COMMAND = """
import sys
from django.conf import settings
settings.configure()
from backoffice.demo.management.commands.sandbox import Command
Command().run_from_argv(["manage.py", "sandbox", *sys.argv[1:]])
"""
