"""What ten times as much costs: the order list, claims, the sweep, the inbox and callbacks at 1 and 10 million orders
with 5 and 50 million pushes. Goal: within 1.3 times of a million.

    python -m benchmarks growth                                  both sizes
    python -m benchmarks growth --orders 1000000                 one
    python -m benchmarks growth --orders 1000000 10000000 --only pushes     half of it, where the disk is small

Takes about 3 GB for a million orders and 0.7 GB for a million pushes; stops before the disk is full.
"""

import argparse
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

SIZES = [1_000_000, 10_000_000]
PUSHES_PER_ORDER = 5
ROUNDS = 20
GOAL_RATIO = 1.3
# What is faster than this is as fast as any: below it the machine's own unrest is measured.
UNREST_MS = 2.0
UNREST_BLOCKS = 50
LISTS = {
    "first page", "second page", "page in the middle", "last page", "needs me", "state held", "state closed", "late",
    "shop", "tag", "one day a year ago", "search number", "search e-mail", "search common name",
    "search name beginning", "search telephone", "search nothing found", "search name, state held", "order page",
    "inbox", "inbox, held addresses", "counts in the menu", "today",
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What one thing took: milliseconds of each round, fastest first, and blocks that the database read in a round."""

    times: list[float]
    blocks: float

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def quartile(self) -> float:
        return self.times[len(self.times) // 4]


def main() -> int:
    """Fill, measure at each size, and compare. Return 1 beyond the goal."""
    from benchmarks.database import own_database

    given = _parser().parse_args()
    results: dict[int, dict[str, Measured]] = {}
    with own_database("growth"):
        client, user = _client()
        first = 1
        for orders in given.orders:
            results[orders] = _at_size(orders, first, given.only, client=client, user=user)
            first = orders + 1
    return report(results)


def _at_size(orders: int, first: int, only: str, *, client: Any, user: int) -> dict[str, Measured]:
    from benchmarks.order_rows import grow_to
    from benchmarks.push_rows import grow_pushes_to

    found: dict[str, Measured] = {}
    begin = time.perf_counter()
    if only != "pushes":
        grow_to(orders, first=first, user=user)
        print(f"{orders:,} orders ({time.perf_counter() - begin:.0f} s to make), load {_load()}", flush=True)
        found |= _lists(orders, client=client)
    begin = time.perf_counter()
    if only != "orders":
        pushes = orders * PUSHES_PER_ORDER
        grow_pushes_to(pushes, first=(first - 1) * PUSHES_PER_ORDER + 1)
        print(f"{pushes:,} pushes ({time.perf_counter() - begin:.0f} s to make), load {_load()}", flush=True)
        found |= _pushes(pushes, client=client)
    report({orders: found})
    return found


def _lists(orders: int, *, client: Any) -> dict[str, Measured]:
    from benchmarks.order_list import requests_at

    addresses = {name: address for name, address in requests_at(orders).items() if name in LISTS}
    return {name: measure(partial(_get, client, address)) for name, address in addresses.items()}


def _pushes(pushes: int, *, client: Any) -> dict[str, Measured]:
    from django.db.models.functions import Now
    from django.urls import reverse

    from backoffice.engine.models import Callback
    from backoffice.engine.services import sweep
    from backoffice.engine.services.sending import end_expired_leases

    middle = pushes // 2
    outgoing, incoming = reverse("admin:engine_push_changelist"), reverse("admin:engine_callback_changelist")
    pages = {
        "pushes, first page": outgoing,
        "pushes, page in the middle": f"{outgoing}?older={middle}",
        "pushes, waiting for a person": f"{outgoing}?needs_attention=1",
        "push page": reverse("admin:engine_push_change", args=[pushes - 2500]),
        "callbacks, first page": incoming,
        "callbacks, page in the middle": f"{incoming}?older={middle // 10}",
        "inbox": "/admin/",
    }
    found = {name: measure(partial(_get, client, address)) for name, address in pages.items()}
    return found | {
        "claim of a push": measure(lambda: _claim(pushes)),
        "sweep: due pushes": measure(lambda: _expect(sweep.due_pushes(limit=sweep.MOST_TASKS))),
        "sweep: expired leases": measure(end_expired_leases),
        "sweep: due callbacks": measure(lambda: Callback.objects.filter(next_at__lte=Now()).exists()),
        "callback stored": measure(lambda: _store(uuid.uuid4().hex)),
        "callback stored again": measure(lambda: _store("again")),
    }


def _claim(pushes: int) -> None:
    """Claim the push that waits longest of 2,000, and let it go again."""
    from django.db import transaction

    from backoffice.engine.models.push import PushState
    from backoffice.engine.services.claims import claimable
    from backoffice.engine.services.delivery import lease_end

    with transaction.atomic():
        free = claimable().filter(pk=pushes - 1990, state=PushState.NEW)
        _expect(free.update(token=uuid.uuid4(), lease_until=lease_end(), state=PushState.IN_FLIGHT))
        transaction.set_rollback(True)


def _store(body: str) -> None:
    from backoffice.engine.services.callbacks import store_callback
    from backoffice.vendors.base import CallbackRequest

    store_callback("mypromo", CallbackRequest(topic="orders", body=body.encode(), headers={}), source_ip=None)


def _get(client: Any, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise AssertionError((address, response.status_code))


def _expect(found: object) -> None:
    if not found:
        raise AssertionError("Nothing was found that is there.")


def measure(act: Callable[[], object]) -> Measured:
    """Do it some times, after two to warm up."""
    times = []
    for _round in range(2):
        act()
    before = _blocks_read()
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - begin))
    return Measured(sorted(times), (_blocks_read() - before) / ROUNDS)


def _blocks_read() -> int:
    """Return how many blocks of 8 kB the database has read, from memory or from the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def report(results: dict[int, dict[str, Measured]]) -> int:
    """Print medians, lower quartiles and blocks at each size, and the ratio of the quartiles, which others on the
    machine move less; blocks they do not move at all. Return 1 beyond the goal.
    """
    sizes = list(results)
    print(f"\n{'ms: median (quartile), blocks':34}" + "".join(f"{size:>28,}" for size in sizes) + "   time  blocks")
    missed = 0
    for name in results[sizes[0]]:
        found = [results[size][name] for size in sizes]
        cells = "".join(f"{one.median:10.2f} ({one.quartile:7.2f}){one.blocks:8.0f}" for one in found)
        slower = (found[-1].quartile + UNREST_MS) / (found[0].quartile + UNREST_MS)
        more = (found[-1].blocks + UNREST_BLOCKS) / (found[0].blocks + UNREST_BLOCKS)
        is_beyond = slower > GOAL_RATIO and more > GOAL_RATIO
        missed += is_beyond
        print(f"{name:34}{cells}  {slower:5.2f}   {more:5.2f}{'  beyond the goal' if is_beyond else ''}", flush=True)
    print(f"{missed} beyond the goal of {GOAL_RATIO}; load {_load()}", flush=True)
    return 1 if missed else 0


def _client() -> tuple[Any, int]:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from benchmarks.order_rows import make_catalogue
    from benchmarks.push_rows import make_past_months

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    user = User.objects.create_superuser("bench", "bench@example.com", "bench")
    make_catalogue()
    make_past_months()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user.pk


def _load() -> str:
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth")
    parser.add_argument("--orders", type=int, nargs="+", default=SIZES, help="sizes, ascending")
    parser.add_argument("--only", choices=("orders", "pushes"), default="", help="fill and measure half of it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
