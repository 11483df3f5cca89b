"""The nemesis: every fault that the sandbox knows, and processes killed at random moments."""

import random
import threading
from collections import Counter
from contextlib import suppress
from typing import Any

import psutil

from backoffice.sandbox import Sandbox
from tests.faults.system import System

# Share of all vendor calls that fail.
SHARE = 0.20
CALLS = r"^v1/"
# One kill in so many takes a whole worker, the others one of its children.
KILLS_PER_PARENT = 6
# Each is as likely as the others. Time-outs are cut at 1 s, the settle time is 3 s: what is late comes within it.
MISHAPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503, "headers": {"Retry-After": "1"}}),
    ("status_after", {"status": 500}),
    ("status_after", {"status": 502}),
    # A gateway's 503, against the document's word that nothing was done: a doubled line is seen before the submit.
    ("status_after", {"status": 503}),
    ("maintenance", {}),
    ("cut_before", {}),
    ("cut_after", {}),
    ("cut_after", {}),
    ("hang", {"seconds": 2.0}),
    ("hang_after", {"seconds": 2.0}),
    ("late", {"seconds": 1.7}),
    ("late", {"seconds": 2.5}),
    ("late", {"seconds": 0.5}),
    ("broken_json", {}),
    ("truncated", {}),
    ("slow_body", {"seconds": 3.0}),
    ("html", {}),
    ("html", {"status": 502}),
    ("empty", {}),
    ("redirect", {"location": "https://elsewhere.example.com/"}),
)
# These may stop all calls for a while, so they are rarer: a 429 that names no time means 15 s, two 401 in a row 30 s.
PAUSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("too_many", {"retry_after": 1, "probability": 0.002}),
    ("too_many", {"times": 1, "probability": 0.01}),
    ("revoked_token", {"probability": 0.003}),
)


def let_calls_fail(sandbox: Sandbox, *, seed: int, too_many: float = 0.0, retry_after: int = 1) -> None:
    """Fail a fifth of all calls from now on, in an order that follows from the seed. On top of that, a share of
    `too_many` is answered 429 with that `Retry-After`.
    """
    sandbox.faults.reseed(seed)
    if too_many:
        sandbox.faults.add("too_many", path=CALLS, probability=too_many, retry_after=retry_after)
    for kind, facts in PAUSES:
        sandbox.faults.add(kind, path=CALLS, **facts)
    left = len(MISHAPS)
    for kind, facts in MISHAPS:
        # The first rule that holds decides, so later ones are asked less often.
        taken = SHARE * (len(MISHAPS) - left) / len(MISHAPS)
        sandbox.faults.add(kind, path=CALLS, probability=SHARE / len(MISHAPS) / (1 - taken), **facts)
        left -= 1


def count_faults(sandbox: Sandbox) -> Counter[str]:
    """Return how many calls failed, by kind of fault."""
    found: Counter[str] = Counter()
    for rule in sandbox.faults.as_list():
        found[f"{rule['kind']} {rule['status'] or ''}".strip()] += rule["hits"]
    return found


class Killer(threading.Thread):
    """Kills a worker, or one of its children, every so often and starts it again; at least `kills` times."""

    def __init__(self, system: System, *, workers: tuple[str, ...], seed: int, kills: int, every: float) -> None:
        super().__init__(daemon=True)
        self.killed: Counter[str] = Counter()
        self._system = system
        self._workers = workers
        self._chance = random.Random(seed)
        self._kills = kills
        self._every = every
        self._enough = threading.Event()

    def run(self) -> None:
        while self.killed.total() < self._kills and not self._pause(self._every):
            worker = self._chance.choice(self._workers)
            if self._system.has_ended(worker):  # gave up when it lost a child too early: any supervisor starts it again
                self._system.kill_group(worker)
                self._system.start(worker)
            elif not self._system.is_consuming(worker):
                continue
            elif self.killed.total() % KILLS_PER_PARENT == KILLS_PER_PARENT - 1:
                self._kill_parent(worker)
            else:
                self._kill_child(worker)

    def stop(self) -> None:
        """Kill nobody from now on."""
        self._enough.set()
        self.join()

    def _pause(self, seconds: float) -> bool:
        return self._enough.wait(self._chance.uniform(0.3, 1.7) * seconds)

    def _kill_child(self, worker: str) -> None:
        children = self._system.children(worker)
        if children:
            with suppress(psutil.NoSuchProcess):
                self._chance.choice(children).kill()
                self.killed["child"] += 1

    def _kill_parent(self, worker: str) -> None:
        self._system.kill(worker)
        self.killed["parent"] += 1
        # Orphans go on with what they do for a moment; then they are gone as on a machine that fails.
        self._pause(0.5)
        self._system.kill_group(worker)
        self._system.start(worker)
