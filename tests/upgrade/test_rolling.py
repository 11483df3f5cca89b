"""Web servers and workers are exchanged one by one while orders come in, as in an upgrade: none lost, none twice."""

import os
import random
import signal
import threading

import pytest

from backoffice.sandbox import Sandbox
from tests.faults.checker import describe_open, is_quiet, judge
from tests.faults.conftest import sandbox, system
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import System, wait_until

__all__ = ["sandbox", "system"]
WORKERS = ("worker1", "worker2")
ROUNDS = 3
# Longer than any task of the test takes.
ENDS_WITHIN_SECONDS = 60


@pytest.mark.soak
@pytest.mark.xdist_group("faults")
def test_no_order_is_lost_or_made_twice_while_everything_is_restarted(system: System, sandbox: Sandbox) -> None:
    orders = int(os.environ.get("ROLLING_ORDERS", "400"))
    storefront = Storefront(url=system.url, key=open_shop())
    chance = random.Random(1)
    system.start_web()
    system.start_beat()
    for worker in WORKERS:
        system.start_worker(worker, children=2)
    wait_until(lambda: all(map(system.is_consuming, WORKERS)), seconds=120, what="the workers take tasks")
    sold = [make_order(number, chance=chance, lines=1) for number in range(1, orders + 1)]
    placing = threading.Thread(target=storefront.place_all, args=(sold,), kwargs={"at_once": 4})
    placing.start()
    restarts = 0
    while placing.is_alive() or restarts < ROUNDS:
        restart_everything(system)
        restarts += 1
    placing.join()
    wait_until(is_quiet, seconds=300, what="every push has ended", every=0.5)
    verdict = judge(sandbox, sold=storefront.placed)
    # Where new processes take long to start, requests wait meanwhile, and storefronts that give up repeat them.
    print(f"\n{len(storefront.placed)} orders, {restarts} restarts of all, {storefront.repeats} requests repeated")
    assert verdict.is_clean, (verdict, describe_open())
    assert len(storefront.placed) == orders


def restart_everything(system: System) -> None:
    """Do what docs/operate/upgrade.md asks for: web, workers, beat."""
    before = {child.pid for child in system.children("web")}
    system.process("web").send_signal(signal.SIGHUP)
    wait_until(
        lambda: len(now := {child.pid for child in system.children("web")}) == len(before) and not now & before,
        seconds=ENDS_WITHIN_SECONDS,
        what="all web processes are new ones",
    )
    for name in (*WORKERS, "beat"):
        system.process(name).send_signal(signal.SIGTERM)
        wait_until(lambda name=name: system.has_ended(name), seconds=ENDS_WITHIN_SECONDS, what=f"{name} has ended")
        system.start(name)
        if name in WORKERS:
            wait_until(lambda name=name: system.is_consuming(name), seconds=120, what=f"{name} takes tasks")
