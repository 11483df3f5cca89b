"""A worker is killed at every point of placing an order: before a call, with its answer unrecorded, after recording."""

import json
import random
from itertools import product
from pathlib import Path

import pytest
from django.test import Client

from tests.faults.checker import is_quiet, judge
from tests.faults.storefront import make_order, open_shop, place_directly
from tests.faults.system import wait_until

WRITES = ("create", "line:1", "line:2", "submit")
POINTS = [*product(WRITES, ("before", "answered", "recorded")), ("compare", "before"), ("compare", "answered")]


@pytest.mark.fault
@pytest.mark.xdist_group("engine")
def test_a_worker_killed_at_any_point_of_an_order_leaves_exactly_one_physical_order(
    system, sandbox, client: Client, tmp_path: Path
) -> None:
    chance = random.Random(1)
    key = open_shop()
    orders = [make_order(number, chance=chance, lines=2) for number in range(1, len(POINTS) + 1)]
    sold = {place_directly(client, order, key=key): order for order in orders}
    crashes = dict(zip(sold, POINTS, strict=True))

    system.start_engine(CRASHES=json.dumps(crashes), MARKS=str(tmp_path), **QUICK)
    wait_until(is_quiet, seconds=120, what="every push has ended")

    assert len(list(tmp_path.glob("*-SIGKILL"))) == len(POINTS)
    verdict = judge(sandbox, sold=sold)
    assert verdict.is_clean, verdict


# The lease must outlive a call; nothing is slow here.
QUICK = {"VENDOR_CONNECT_TIMEOUT": "0.3", "VENDOR_READ_TIMEOUT": "0.5", "PUSH_LEASE_SECONDS": "1.5"}
QUICK |= {"PUSH_SETTLE_SECONDS": "1"}
