"""One bad answer refuses no order, however often the order was tried before."""

import random

import pytest
from django.test import Client

from tests.faults.checker import is_quiet, judge
from tests.faults.storefront import make_order, open_shop, place_directly
from tests.faults.system import wait_until


@pytest.mark.fault
@pytest.mark.xdist_group("engine")
def test_an_unreadable_answer_after_many_attempts_is_asked_for_again(system, sandbox, client: Client) -> None:
    order = make_order(1, chance=random.Random(1), lines=1)
    sold = {place_directly(client, order, key=open_shop()): order}
    sandbox.faults.add("maintenance", method="POST", path=r"^v1/orders$", times=6)
    bad = sandbox.faults.add(
        "redirect", method="GET", path=r"^v1/orders/\d+$", times=3, location="https://example.com/"
    )
    system.start_engine(PUSH_RETRY_BACKOFF="0.05")

    wait_until(is_quiet, seconds=60, what="the push has ended")

    assert bad.hits == 3
    assert judge(sandbox, sold=sold).is_clean
