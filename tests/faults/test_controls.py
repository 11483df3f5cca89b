"""Each mechanism prevents a harm: the same scenario passes with it and does the harm without it.

Every scenario is steered by what has reached the sandbox, not by the clock, as far as the mechanism allows.
"""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.test import Client

from backoffice.sandbox import Sandbox
from backoffice.sandbox.wire import Request
from tests.faults.checker import Verdict, is_quiet, judge
from tests.faults.storefront import make_order, open_shop, place_directly
from tests.faults.system import System, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("engine")]

QUICK = {
    "VENDOR_CONNECT_TIMEOUT": "0.5",
    "VENDOR_READ_TIMEOUT": "2",
    "PUSH_LEASE_SECONDS": "4",
    "PUSH_SETTLE_SECONDS": "2",
    "PUSH_RETRY_BACKOFF": "0.1",
}
# The submit is worked on for so long: what comes meanwhile gets in. Shorter than the time-out.
WINDOW = {"method": "POST", "path": r"^v1/orders/\d+/submit$", "nth": [1], "seconds": 1.2}
ITEMS = r"^v1/orders/\d+/items$"


@pytest.fixture
def sell(transactional_db: None, client: Client) -> Callable[..., dict[str, dict[str, Any]]]:
    """Place one order; answers it by our number."""

    def placed(*, lines: int) -> dict[str, dict[str, Any]]:
        order = make_order(1, chance=random.Random(1), lines=lines)
        return {place_directly(client, order, key=open_shop()): order}

    return placed


def come_to_rest(sandbox: Sandbox, *, sold: dict[str, dict[str, Any]]) -> Verdict:
    wait_until(is_quiet, seconds=90, what="the push has ended")
    return judge(sandbox, sold=sold)


@pytest.mark.parametrize("off", ["", "look"])
def test_without_the_look_a_lost_answer_makes_an_order_fail(system: System, sandbox, sell, off: str) -> None:
    """The answer to a line is lost. Looked for, it is found; sent again, it is there twice, in each new draft."""
    sold = sell(lines=1)
    sandbox.faults.add("cut_after", method="POST", path=ITEMS, nth=[1, 3, 5])
    system.start_engine(OFF=off, **QUICK)

    verdict = come_to_rest(sandbox, sold=sold)

    assert bool(verdict.lost) == bool(off), verdict
    assert not verdict.stuck, "even then staff see why"


@pytest.mark.parametrize("off", ["", "settle"])
def test_without_the_settle_time_a_late_request_doubles_a_line(system: System, sandbox, sell, off: str) -> None:
    """The vendor comes round to a line long after we stopped listening: while the draft is submitted already, or
    shortly before the settle time is over.
    """
    sold = sell(lines=1)
    line = sandbox.faults.add("hang", method="POST", path=ITEMS, nth=[1], seconds=3)
    submit = sandbox.faults.add("late", **WINDOW)
    system.start_engine(OFF=off, **QUICK | {"PUSH_SETTLE_SECONDS": "6"})
    wait_until(lambda: line.hits == 1, seconds=60, what="the line was sent")

    with suppress(AssertionError):
        wait_until(lambda: submit.hits == 1, seconds=60 if off else 4, what="the draft is being submitted")
    add_line(sandbox, order=sold)
    verdict = come_to_rest(sandbox, sold=sold)

    assert bool(verdict.differing) == bool(off), verdict


def add_line(sandbox: Sandbox, *, order: dict[str, dict[str, Any]]) -> None:
    """Do what the vendor does when it comes round to the request for the first line that it had left lying."""
    [sent] = order.values()
    line = sent["lines"][0]
    body = {"reference": "1", "sku": line["sku"], "quantity": line["quantity"], "files": line.get("files")}
    [draft] = sandbox.mypromo.store.held
    headers = {"Authorization": f"Bearer {next(iter(sandbox.mypromo.tokens.held))}", "Content-Type": "application/json"}
    request = Request(method="POST", path=f"v1/orders/{draft}/items", headers=headers, body=json.dumps(body).encode())
    assert sandbox.mypromo.handle(request).status in (200, 201)


@pytest.mark.parametrize("off", ["", "lease"])
def test_without_the_lease_check_a_worker_that_slept_doubles_a_line(
    system: System, sandbox, sell, off: str, tmp_path: Path
) -> None:
    """A worker freezes right before it sends a line; another finishes the draft. Then the first one wakes."""
    sold = sell(lines=1)
    [number] = sold
    submit = sandbox.faults.add("late", **WINDOW)
    freezes = json.dumps({number: ["line:1", "before"]})
    system.start_engine(workers=2, OFF=off, FREEZES=freezes, MARKS=str(tmp_path), **QUICK)
    mark = tmp_path / f"{number}-SIGSTOP"
    wait_until(mark.exists, seconds=60, what="a worker has frozen")

    wait_until(lambda: submit.hits == 1, seconds=60, what="another worker submits the draft")
    psutil.Process(int(mark.read_text())).resume()
    verdict = come_to_rest(sandbox, sold=sold)

    assert bool(verdict.differing) == bool(off), verdict


@pytest.mark.parametrize("off", ["", "compare"])
def test_without_the_comparison_a_doubled_line_is_submitted(system: System, sandbox, sell, off: str) -> None:
    """The vendor is slower than any settle time: the line doubles, and only the look before the submit shows it."""
    sold = sell(lines=2)
    sandbox.faults.add("hang", method="POST", path=ITEMS, nth=[1], seconds=3)
    second = sandbox.faults.add("maintenance", method="POST", path=ITEMS, nth=[2], headers={"Retry-After": "2"})
    system.start_engine(OFF=off, **QUICK | {"PUSH_SETTLE_SECONDS": "0.2"})

    wait_until(lambda: second.hits == 1, seconds=60, what="the first line was sent again, and then the second")
    add_line(sandbox, order=sold)
    verdict = come_to_rest(sandbox, sold=sold)

    assert bool(verdict.differing) == bool(off), verdict
