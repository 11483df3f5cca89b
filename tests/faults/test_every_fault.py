"""The promise above all others: one customer order becomes exactly one physical order, whatever fails on the way."""

import os
import random
import time
from contextlib import suppress

import pytest

from backoffice.sandbox import Sandbox
from tests.faults.checker import Verdict, count_states, describe_open, is_quiet, judge
from tests.faults.nemesis import Killer, count_faults, let_calls_fail
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import System, wait_until

WORKERS = ("worker1", "worker2")


@pytest.mark.fault
@pytest.mark.xdist_group("faults")
def test_120_orders_become_120_physical_orders_through_every_fault_and_10_kills(system, sandbox) -> None:
    run(system, sandbox, orders=120, kills=10, every=1.6, patience=600)


@pytest.mark.soak
@pytest.mark.xdist_group("faults")
def test_300_orders_become_300_physical_orders_through_every_fault_and_24_kills(system, sandbox) -> None:
    run(system, sandbox, orders=300, kills=24, every=1.6, patience=600)


@pytest.mark.soak
def test_10_000_orders_become_10_000_physical_orders(system, sandbox) -> None:
    """`SOAK_ORDERS` is for those who have not the hour or so."""
    orders = int(os.environ.get("SOAK_ORDERS", "10000"))
    run(system, sandbox, orders=orders, kills=orders * 3 // 100, every=4, patience=3 * 3600)


def run(system: System, sandbox: Sandbox, *, orders: int, kills: int, every: float, patience: float) -> None:
    """Place, break, kill, wait until all is quiet (at most `patience` seconds), judge.

    `FAULT_429_SHARE` of the answers are 429 besides, each naming `FAULT_429_SECONDS`: for measuring what they cost.
    """
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nFAULT_SEED={seed}")
    chance = random.Random(seed)
    storefront = Storefront(url=system.url, key=open_shop())
    system.start_web()
    system.start_beat()
    for worker in WORKERS:
        system.start_worker(worker, children=4)
    wait_until(lambda: all(map(system.is_consuming, WORKERS)), seconds=120, what="the workers take tasks")
    too_many, retry_after = float(os.environ.get("FAULT_429_SHARE", "0")), int(os.environ.get("FAULT_429_SECONDS", "0"))
    let_calls_fail(sandbox, seed=seed, too_many=too_many, retry_after=retry_after)
    killer = Killer(system, workers=WORKERS, seed=seed, kills=kills, every=every)
    begin = time.monotonic()
    killer.start()
    try:
        storefront.place_all([make_order(number, chance=chance) for number in range(1, orders + 1)], at_once=6)
        placed = time.monotonic() - begin
        killer.join(patience)
    finally:  # or it would start workers again after a failure has ended them
        killer.stop()
    was_quiet = False
    with suppress(AssertionError):  # the verdict says more about what is still open
        wait_until(is_quiet, seconds=patience, what="every push has ended", every=0.5)
        was_quiet = True
    verdict = judge(sandbox, sold=storefront.placed)
    report(verdict, sandbox, storefront, killer, placed=placed, total=time.monotonic() - begin)
    print("\n".join(describe_open()))
    assert killer.killed.total() >= min(kills, 20)
    assert verdict.is_clean, verdict
    assert was_quiet, describe_open()
    # A pull may have found one more thing to tidy up: that ends too.
    wait_until(is_quiet, seconds=60, what="what a pull found has ended", every=0.5)


def report(
    verdict: Verdict, sandbox: Sandbox, storefront: Storefront, killer: Killer, *, placed: float, total: float
) -> None:
    """Print what happened, for people (`pytest -s`, or when the test fails)."""
    faults = count_faults(sandbox)
    calls = sum(sandbox.ledger.requests.values())
    print(f"{len(storefront.placed)} orders placed in {placed:.0f} s ({storefront.repeats} requests repeated)")
    print(f"{calls} calls, {faults.total()} of them failed: {dict(faults.most_common())}")
    print(f"killed: {dict(killer.killed)}; pushes: {count_states()}")
    print(f"duplicates {len(verdict.duplicates)}, lost {len(verdict.lost)}, differing {len(verdict.differing)}, ")
    print(f"stuck {len(verdict.stuck)}; quiet after {total:.0f} s")
