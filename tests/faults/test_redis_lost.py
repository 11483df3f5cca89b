"""Redis only rings. When it forgets everything, or is gone for a while, work goes on with the next sweep."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from backoffice.embedded.redis import Redis
from backoffice.engine.services.task_queue import DELIVER_PUSH
from backoffice.sandbox import Sandbox
from tests.faults.checker import is_quiet, judge
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import System, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("engine")]

ORDERS = 15
GONE_SECONDS = 2


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def storefront(system: System, own_redis: Redis) -> Storefront:
    """Return a shop in front of a system that uses the Redis of this test; no worker runs yet."""
    storefront = Storefront(url=system.url, key=open_shop())
    system.environment["REDIS_URL"] = own_redis.url
    system.start_web()
    system.start_beat()
    return storefront


def test_orders_go_on_when_redis_forgets_and_is_gone_for_a_while(
    storefront: Storefront, system: System, sandbox: Sandbox, own_redis: Redis
) -> None:
    system.start_worker("worker", children=4)
    wait_until(lambda: system.is_consuming("worker"), seconds=60, what="the worker takes tasks")
    chance = random.Random(1)
    orders = [make_order(number, chance=chance) for number in range(1, ORDERS + 1)]
    placing = threading.Thread(target=storefront.place_all, args=(orders,), kwargs={"at_once": 3})

    placing.start()
    with redis.Redis.from_url(own_redis.url) as client:
        for _ in range(5):
            client.flushall()
            time.sleep(0.2)
    own_redis.stop()
    time.sleep(GONE_SECONDS)
    own_redis.start()
    placing.join()
    # It connects again after 2, 4, 6 ... seconds; the sweep then finds what was not rung for.
    wait_until(lambda: is_quiet() or system.has_ended("worker"), seconds=180, what="every push has ended")

    assert not system.has_ended("worker"), system.log("worker")
    verdict = judge(sandbox, sold=storefront.placed)
    assert verdict.is_clean, verdict
    assert len(sandbox.ledger.physical_orders()) == ORDERS


def test_a_bell_that_rings_five_times_sends_once(storefront: Storefront, system: System, sandbox: Sandbox) -> None:
    """Celery promises to deliver a task at least once."""
    from celery import Celery

    from backoffice.engine.models import Push

    bell = Celery(broker=system.environment["REDIS_URL"], set_as_current=False)
    storefront.place_all([make_order(number, chance=random.Random(1)) for number in range(1, 6)], at_once=2)
    for push_id in Push.objects.values_list("pk", flat=True):
        for _ in range(5):
            bell.send_task(DELIVER_PUSH, args=(push_id,), queue="celery")
    system.start_worker("worker", children=4)
    wait_until(is_quiet, seconds=120, what="every push has ended")

    assert judge(sandbox, sold=storefront.placed).is_clean
    assert len(sandbox.ledger.orders) == 5, "not even a second draft"
    assert sandbox.ledger.total("POST v1/orders/{id}/submit") == 5
