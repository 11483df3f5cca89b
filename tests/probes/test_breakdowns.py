"""What breaks on the machine itself: the database server killed, a worker told to end, a lock held, a full disk, a
hundred storefronts at once.
"""

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from backoffice.embedded.postgres import Postgres
from backoffice.engine.services import disk
from backoffice.sandbox import Sandbox
from orders.models import Order, ShopFile
from tests.api.storefront import build_order, make_catalog, make_storefront
from tests.faults.checker import is_quiet, judge
from tests.faults.conftest import environment_for, free_port, sandbox, system
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import System, wait_until

__all__ = ["sandbox", "system"]
ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024


def sold(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [make_order(number, chance=chance) for number in range(1, count + 1)]


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_has_locked_is_answered_later_and_holds_nobody_else_up() -> None:
    make_catalog()
    storefront = make_storefront()
    pk = storefront.place(build_order()).json()["id"]
    other = connection.copy()
    try:
        with other.cursor() as cursor, connection.cursor() as ours:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM orders_order WHERE id = %s FOR UPDATE", [pk])
            ours.execute("SET lock_timeout = '200ms'")
            refused = storefront.post(f"orders/{pk}/cancel/", {})
            assert (refused.status_code, int(refused["Retry-After"]) > 0) == (503, True)
            assert storefront.get(f"orders/{pk}/").json()["state"] != "cancelled"
            assert storefront.place(build_order(reference="WEB-2")).status_code == 201
            cursor.execute("ROLLBACK")
        assert storefront.post(f"orders/{pk}/cancel/", {}).status_code < 300, "without the lock it goes"
    finally:
        other.close()
        with connection.cursor() as ours:
            ours.execute("RESET lock_timeout")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a disk of eight megabytes; only who may mount one has it."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("a disk cannot be mounted here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.django_db
def test_a_disk_that_is_really_full_keeps_no_half_of_a_file(
    small_disk: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = small_disk
    monkeypatch.setattr(disk, "has_room", lambda size: True)  # else nobody would come as far as the end of the disk
    storefront = make_storefront()
    client = Client(headers={"Authorization": f"Bearer {storefront.key}"}, raise_request_exception=False)

    def upload(size: int) -> int:
        file = io.BytesIO(b"%PDF-1.4\n" + os.urandom(size) + b"\n%%EOF")
        file.name = "a.pdf"
        return client.post("/api/v1/files/", {"file": file}).status_code

    assert upload(MIB) == 201
    assert upload(12 * MIB) == 507
    assert ShopFile.objects.count() == 1
    assert sum(path.stat().st_size for path in small_disk.rglob("*") if path.is_file()) < 1.1 * MIB
    assert upload(MIB) == 201, "what fits is taken again"


@pytest.mark.soak
def test_a_worker_that_is_told_to_end_ends_what_it_sends_and_sends_nothing_twice(
    system: System, sandbox: Sandbox
) -> None:
    storefront = Storefront(url=system.url, key=open_shop())
    system.start_web()
    system.start_beat()
    system.start_worker("worker", children=2)
    wait_until(lambda: system.is_consuming("worker"), seconds=120, what="the worker takes tasks")
    sandbox.faults.add("late", path=r"^v1/", probability=0.3, seconds=0.7)
    storefront.place_all(sold(40), at_once=4)
    for _again in range(5):
        time.sleep(2)
        system.process("worker").send_signal(signal.SIGTERM)
        wait_until(lambda: system.has_ended("worker"), seconds=60, what="the worker has ended by itself")
        system.start("worker")
        wait_until(lambda: system.is_consuming("worker"), seconds=120, what="the next worker takes tasks")
    wait_until(is_quiet, seconds=300, what="every push has ended", every=0.5)
    assert judge(sandbox, sold=storefront.placed).is_clean


@pytest.mark.soak
def test_a_hundred_storefronts_at_once_are_all_answered(system: System, sandbox: Sandbox) -> None:
    storefront = Storefront(url=system.url, key=open_shop())
    system.start_web()
    seconds: list[float] = []
    place = storefront._place

    def timed(order: dict[str, Any]) -> str:
        began = time.monotonic()
        try:
            return place(order)
        finally:
            seconds.append(time.monotonic() - began)

    storefront._place = timed  # type: ignore[method-assign]
    storefront.place_all(sold(600), at_once=100)
    assert len(storefront.placed) == Order.objects.count() == 600
    seconds.sort()
    print(f"\n600 orders of 100 at once: p50 {seconds[300]:.2f} s, p95 {seconds[570]:.2f} s")
    assert storefront.repeats == 0
    assert seconds[570] < 10


@pytest.mark.soak
def test_no_order_is_lost_when_the_database_server_is_killed(tmp_path: Path, sandbox: Sandbox) -> None:
    """Its postmaster, with -9, three times while orders come in. Those that were refused meanwhile are counted: had
    their storefront not repeated them, they would be missing.
    """
    server = Postgres(tmp_path)
    server.start()
    port = free_port()
    environment = environment_for(sandbox, port=port) | {
        "DATABASE_URL": server.url,
        "EPOCH_DIR": str(tmp_path / "epoch"),
    }

    def run(*command: str) -> str:
        env = os.environ | environment
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True, capture_output=True, text=True)
        return done.stdout

    run("manage.py", "migrate", "--verbosity=0")
    opening = "import django; django.setup(); from tests.faults.storefront import open_shop; print(open_shop())"
    key = run("-c", opening).split()[-1]
    beside = System(environment, folder=tmp_path, port=port)
    try:
        storefront = Storefront(url=beside.url, key=key)
        beside.start_web()
        beside.start_beat()
        beside.start_worker("worker", children=2)
        killer = threading.Thread(target=kill_again_and_again, args=(server, 3))
        killer.start()
        storefront.place_all(sold(300), at_once=4)
        killer.join()
        wait_until(lambda: not open_pushes(server), seconds=300, what="every push has ended", every=1)
    finally:
        beside.stop()
        server.stop()
    made = Counter(row["reference"].split("-g")[0] for row in sandbox.ledger.physical_orders())
    print(f"\n{len(storefront.placed)} orders, {storefront.repeats} requests repeated")
    assert storefront.repeats > 0
    assert made == dict.fromkeys(storefront.placed, 1)


def kill_again_and_again(server: Postgres, times: int) -> None:
    for _again in range(times):
        time.sleep(6)
        os.kill(int(server.pid_file.read_text().split()[0]), signal.SIGKILL)
        time.sleep(1)
        server.start()


def open_pushes(server: Postgres) -> int:
    with psycopg.connect(server.url) as line:
        found = line.execute(
            "SELECT count(*) FROM engine_push WHERE state IN ('new', 'in_flight', 'unknown')"
        ).fetchone()
    return int(found[0]) if found else 0
