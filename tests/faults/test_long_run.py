"""Hours of orders with faults and kills: nothing twice, nothing lost, and nothing that grows."""

import os
import random
import threading
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from backoffice.engine.models import Callback
from tests.faults.checker import describe_open, is_quiet, judge
from tests.faults.nemesis import Killer, let_calls_fail
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import System, wait_until

WORKERS = ("worker1", "worker2")
# Nobody kills these: what they hold after an hour is what they have kept.
STEADY = ("web", "beat")
MIB = 1024 * 1024
EVERY = 5.0
# Seconds; a worker takes a while to start, above all on a busy machine.
KILL_EVERY = 60
# Of the end against the middle; and megabytes that any process may take besides.
MOST_GROWTH, SLACK = 1.1, 15
LONGEST_LAG = 30.0


@dataclass
class Watch:
    """What was seen every few seconds: memory in megabytes by process, connections. `lag` is known at the end: for how
    many seconds 99 of a hundred callbacks waited at most until they were applied.
    """

    memory: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in STEADY})
    connections: list[int] = field(default_factory=list)
    lag: float = 0.0

    def look(self, system: System) -> None:
        for name, seen in self.memory.items():
            leader = system.process(name)
            seen.append(sum(one.memory_info().rss for one in [leader, *leader.children(recursive=True)]) / MIB)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            self.connections.append(cursor.fetchone()[0])

    def faults(self) -> list[str]:
        """Return what grew or waited for too long."""
        found = [f"{name} grew: {part(seen, 1):.0f} to {part(seen, 3):.0f} MB" for name, seen in self.memory.items()
                 if grew(seen)]  # fmt: skip
        if grew([float(one) for one in self.connections]):
            found.append(f"connections grew: {self.connections}")
        return [*found, f"callbacks waited {self.lag:.0f} s"] if self.lag > LONGEST_LAG else found

    def __str__(self) -> str:
        memory = ", ".join(
            f"{name} {part(seen, 1):.0f} to {part(seen, 3):.0f} MB" for name, seen in self.memory.items()
        )
        looks = len(self.connections)
        return (
            f"{looks} looks; {memory}; connections {min(self.connections)} to {max(self.connections)}; "
            f"callbacks applied within {self.lag:.1f} s (p99)"
        )


def part(seen: list[float], quarter: int) -> float:
    """Return the middle of a quarter of what was seen, counted from 0: the first one is still warming up."""
    size = len(seen) // 4
    return median(seen[quarter * size : (quarter + 1) * size])


def grew(seen: list[float]) -> bool:
    return part(seen, 3) > MOST_GROWTH * part(seen, 1) + SLACK


def callback_lag() -> float:
    """Return within how many seconds 99 of a hundred callbacks were applied, with what their vendor did not answer."""
    waited = Callback.objects.filter(processed_at__isnull=False).annotate(waited=F("processed_at") - F("received_at"))
    seconds = sorted(one.total_seconds() for one in waited.values_list("waited", flat=True))
    return seconds[int(len(seconds) * 0.99)] if seconds else 0.0


class Shop(threading.Thread):
    """Places an order every so often until it is stopped."""

    def __init__(self, storefront: Storefront, *, seed: int, every: float) -> None:
        super().__init__(daemon=True)
        self.storefront, self.chance, self.every = storefront, random.Random(seed), every
        self.ended, self.fault = threading.Event(), ""

    def run(self) -> None:
        number = 0
        try:
            while not self.ended.wait(self.every):
                number += 1
                self.storefront.place_all([make_order(number, chance=self.chance)], at_once=1)
        except Exception as error:  # noqa: BLE001 - told by the test, which would wait for orders in vain
            self.fault = repr(error)

    def stop(self) -> None:
        self.ended.set()
        self.join()


@pytest.mark.soak
def test_hours_of_orders_with_faults_and_kills_leave_nothing_behind(system: System, sandbox: Any) -> None:
    """`SOAK_MINUTES` is for how long, `SOAK_PAUSE` the seconds between two orders."""
    minutes, pause = float(os.environ.get("SOAK_MINUTES", "120")), float(os.environ.get("SOAK_PAUSE", "1.5"))
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nFAULT_SEED={seed}")
    shop = Shop(Storefront(url=system.url, key=open_shop()), seed=seed, every=pause)
    system.start_web()
    system.start_beat()
    for worker in WORKERS:
        system.start_worker(worker, children=2)
    wait_until(lambda: all(map(system.is_consuming, WORKERS)), seconds=120, what="the workers take tasks")
    let_calls_fail(sandbox, seed=seed)
    killer = Killer(system, workers=WORKERS, seed=seed, kills=10**6, every=KILL_EVERY)
    watch, end = Watch(), time.monotonic() + minutes * 60
    killer.start()
    shop.start()
    try:
        while time.monotonic() < end and not shop.fault:
            time.sleep(EVERY)
            watch.look(system)
    finally:
        shop.stop()
        killer.stop()
    assert not shop.fault, shop.fault
    wait_until(is_quiet, seconds=900, what="every push has ended", every=0.5)
    verdict, watch.lag = judge(sandbox, sold=shop.storefront.placed), callback_lag()
    print(f"{minutes:.0f} minutes, {len(shop.storefront.placed)} orders, {dict(killer.killed)} killed; {watch}")
    assert verdict.is_clean, (verdict, describe_open())
    assert watch.faults() == []


def test_what_grows_or_waits_would_be_noticed() -> None:
    steady, grown = [100.0] * 40, [100.0 + 2 * minute for minute in range(40)]
    watch = Watch({"web": steady, "beat": steady}, [8] * 40, 0.5)
    assert watch.faults() == []
    watch.memory["web"] = grown
    watch.connections = list(range(40))
    watch.lag = 45.0
    assert len(watch.faults()) == 3
