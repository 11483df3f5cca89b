"""Workers are killed while they deliver: nothing is lost, nothing out of order, and the fast wait for nobody."""

import os
import random
import socket
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from backoffice.accounts.models import Shop
from backoffice.vendors.http import Poster
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.models.delivery import OPEN_DELIVERIES
from backoffice.webhooks.services.recording import record_events
from tests.faults.conftest import database_url
from tests.faults.system import System, wait_until
from tests.webhooks.receiver import Storefronts, at_random, status
from tests.webhooks.rows import endpoint_at, event

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
FAST, SLOW, FLAKY = ("/fast-1", "/fast-2"), "/slow", "/flaky"
LIVE = (*FAST, SLOW, FLAKY)
# The first is never killed: how long a worker takes to start is nobody's delay but its own.
WORKERS = 2
P95_SECONDS = 5


def environment() -> dict[str, str]:
    return {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "VAR_DIR": str(settings.VAR_DIR),
        "WEBHOOK_PRIVATE_NETWORKS": "1",
        "WEBHOOK_RETRY_BACKOFF": "0.2,0.5,1,2",
        "WEBHOOK_SECONDS": "3",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    }


@contextmanager
def workers(folder: Path) -> Iterator[System]:
    system = System(environment(), folder=folder, port=1)
    try:
        for number in range(WORKERS):
            system.start(f"worker-{number}", sys.executable, "manage.py", "deliver_webhooks", "--forever")
        yield system
    finally:
        system.stop()


def make_endpoints(shop: Shop, front: Storefronts, *, slow_seconds: float) -> tuple[WebhookEndpoint, socket.socket]:
    """Make two fast endpoints, a slow one, one that answers 500 at random, and one at which nobody listens."""
    front.answers[SLOW] = status(200, seconds=slow_seconds)
    front.answers[FLAKY] = at_random(0.2)
    for path in LIVE:
        endpoint_at(shop, front.address(path))
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    return endpoint_at(shop, f"http://127.0.0.1:{nobody.getsockname()[1]}/"), nobody


def record_slowly(shop: Shop, *, count: int, things: int, per_second: float) -> None:
    """Record events of things at random, a transaction each."""
    dice, begin = random.Random(5), time.monotonic()
    for number in range(count):
        with transaction.atomic():
            record_events([event(shop, "order.released", dice.randrange(things))])
        time.sleep(max(0.0, begin + number / per_second - time.monotonic()))


def kill_now_and_then(system: System, *, times: int, every: float, stop: threading.Event) -> None:
    for number in range(times):
        if stop.wait(every):
            return
        name = f"worker-{number % (WORKERS - 1) + 1}"
        system.kill_group(name)
        system.start(name)


def check(front: Storefronts, path: str, events: dict[str, ShopEvent]) -> float:
    """Assert that all arrived, each thing's in order. Return how long 95 % took at most."""
    accepted = [one for one in front.at(path) if one.code == 200]
    first = {one.id: one for one in reversed(accepted)}
    assert first.keys() == events.keys(), f"{path}: {len(events.keys() - first.keys())} lost"
    newest: dict[str, int] = defaultdict(int)
    for one in sorted(first.values(), key=lambda arrival: arrival.at):
        told = one.body["data"]
        assert told["version"] == newest[told["id"]] + 1, path
        newest[told["id"]] = told["version"]
    waits = sorted(first[key].at - row.created_at.timestamp() for key, row in events.items())
    return waits[int(len(waits) * 0.95)]


@dataclass(frozen=True)
class Storm:
    """So many events, and how often a worker is killed meanwhile."""

    count: int
    per_second: float
    kills: int
    every: float
    limit: float


def run(storm: Storm, shop: Shop, front: Storefronts, folder: Path) -> dict[str, float]:
    """Go through it and assert that nothing is lost or out of order. Return how long 95 % took, by address."""
    dead, nobody = make_endpoints(shop, front, slow_seconds=0.05)
    stop = threading.Event()
    with nobody, workers(folder) as system:
        record_events([event(shop, "order.released", "first")])
        wait_until(lambda: bool(front.at(FAST[0])), seconds=120, what="a worker has started")
        killing = {"times": storm.kills, "every": storm.every, "stop": stop}
        killer = threading.Thread(target=kill_now_and_then, args=[system], kwargs=killing)
        killer.start()
        record_slowly(shop, count=storm.count, things=max(20, storm.count // 20), per_second=storm.per_second)
        killer.join()
        wait_until(lambda: all_is_over(storm.count + 1, dead), seconds=storm.limit, what="all is delivered", every=0.3)
    front.arrivals = [one for one in front.arrivals if one.body["data"]["id"] != "first"]
    events = {row.public_id: row for row in ShopEvent.objects.exclude(object_id="first")}
    assert len(events) == storm.count
    took = {path: check(front, path, events) for path in LIVE}
    dead.refresh_from_db()
    assert dead.active
    assert WebhookDelivery.objects.filter(endpoint=dead, state__in=OPEN_DELIVERIES).count() == storm.count + 1
    return took


def all_is_over(count: int, dead: WebhookEndpoint) -> bool:
    waiting = WebhookDelivery.objects.filter(state__in=OPEN_DELIVERIES).exclude(endpoint=dead)
    return ShopEvent.objects.count() == count and not waiting.exists()


def test_two_hundred_events_survive_two_killed_workers(shop: Shop, front: Storefronts, tmp_path: Path) -> None:
    run(Storm(count=200, per_second=80, kills=2, every=0.8, limit=120), shop, front, tmp_path)


@pytest.mark.soak
def test_ten_thousand_events_survive_twenty_killed_workers(shop: Shop, front: Storefronts, tmp_path: Path) -> None:
    """The time wants two cores that do nothing else: a try costs 2 ms of a processor with all that belongs to it, and
    starting workers in the place of those killed costs as much again.
    """
    storm = Storm(count=10_000, per_second=50, kills=20, every=9, limit=900)
    took = run(storm, shop, front, tmp_path)
    print(f"p95: {', '.join(f'{path} {seconds:.2f} s' for path, seconds in took.items())}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    assert max(took[path] for path in FAST) < P95_SECONDS


def test_without_rows_some_are_lost(shop: Shop, front: Storefronts) -> None:
    """The control: each event is posted after its commit by whoever caused it, and kept nowhere."""
    front.answers[FLAKY] = status(200, seconds=0.01)
    poster, pool = Poster(allow_private=True), ThreadPoolExecutor(1)

    def post(number: int) -> None:
        body = b'{"number": %d}' % number
        poster.post(front.address(FLAKY), body=body, headers={}, seconds=2, max_bytes=100)

    for number in range(60):
        with transaction.atomic():
            transaction.on_commit(lambda number=number: pool.submit(post, number))  # type: ignore[misc]
    pool.shutdown(cancel_futures=True)  # its worker is killed
    poster.close()
    connection.close()
    assert len(front.at(FLAKY)) < 60
