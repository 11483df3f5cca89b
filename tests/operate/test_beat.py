"""Of two beats one works; when it dies, the other goes on."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.beat import Scheduler
from django.conf import settings as project
from django.db import connection
from redis import Redis

from backoffice.beat import LEASE, LeasedScheduler
from backoffice.celery import app
from backoffice.engine.models import Lease
from backoffice.engine.services.leases import LeaseHolder
from backoffice.engine.services.task_queue import SWEEP
from tests.faults.conftest import database_url
from tests.faults.system import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 1.5


@contextmanager
def beats(folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run two beats that sweep five times a second."""
    env = {
        "DATABASE_URL": database_url(), "REDIS_URL": project.REDIS_URL, "VAR_DIR": str(project.VAR_DIR),
        "SWEEP_SECONDS": "0.2", "BEAT_LEASE_SECONDS": str(LEASE_SECONDS), "PATH": "/usr/bin:/bin",
        "EPOCH_DIR": str(folder), "ALIVE_PATH": str(folder / "alive"),
    }  # fmt: skip
    command = [sys.executable, "-m", "celery", "--app", "backoffice", "beat", "--loglevel", "ERROR"]
    with (folder / "beat.log").open("ab") as log:
        running = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log) for _number in range(2)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait(10)
        connection.close()


@pytest.fixture
def senders() -> Iterator[Callable[[], set[int]]]:
    """Return which processes have enqueued a sweep since it was last asked."""
    with Redis.from_url(project.REDIS_URL) as redis:
        redis.flushdb()

        def read() -> set[int]:
            found = redis.lrange("sweep", 0, -1)
            redis.delete("sweep")
            origins = [json.loads(message)["headers"]["origin"] for message in found]
            return {int(origin.removeprefix("gen").partition("@")[0]) for origin in origins}

        yield read
        redis.flushdb()


def gather(senders: Callable[[], set[int]], *, seconds: float) -> set[int]:
    found: set[int] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found |= senders()
        time.sleep(0.1)
    return found


def test_one_of_two_works_and_the_other_goes_on_when_it_is_killed(
    tmp_path: Path, senders: Callable[[], set[int]]
) -> None:
    with beats(tmp_path) as running:
        wait_until(Lease.objects.exists, seconds=90, what="a beat works")
        [first] = gather(senders, seconds=2)
        worker = next(process for process in running if process.pid == first)
        assert f"process {first}" in Lease.objects.get().described
        worker.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        senders()
        wait_until(lambda: senders() != set(), seconds=90, what="the other goes on")
        # The lease of the dead, and the time between two looks at it.
        assert time.monotonic() - killed < LEASE_SECONDS * 4 / 3 + 2
        assert gather(senders, seconds=0.5) == {process.pid for process in running} - {first}
        assert (tmp_path / "alive").exists()


def test_a_lease_has_one_holder_until_it_ends() -> None:
    one, other = LeaseHolder("thing", seconds=60), LeaseHolder("thing", seconds=60)
    assert one.take() == {}
    assert one.renew({"a": 1})
    assert other.take() is None
    assert not other.renew({})
    Lease.objects.update(until=datetime(2026, 1, 1, tzinfo=UTC))
    assert not one.renew({"late": 1}), "over is over, also where nobody else has come"
    assert other.take() == {"a": 1}
    assert one.take() is None
    other.release({"b": 2})
    assert one.take() == {"a": 1, "b": 2}


def scheduler() -> LeasedScheduler:
    return LeasedScheduler(app=app)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of tasks at the way out of Celery."""
    names: list[str] = []

    def send(self: object, name: str, *args: Any, **kwargs: Any) -> None:
        names.append(name)

    monkeypatch.setattr("celery.app.task.Task.apply_async", lambda task, *args, **kwargs: names.append(task.name))
    monkeypatch.setattr(Scheduler, "send_task", send)
    monkeypatch.setattr(Scheduler, "producer", None)
    return names


def run(one: Scheduler) -> None:
    """Let it do all that is due."""
    for _tick in range(100):
        if one.tick() > 0:
            return
    raise AssertionError


def sweeps_due(one: Scheduler) -> None:
    one.schedule["sweep"].last_run_at = datetime.now(UTC) - timedelta(minutes=1)
    run(one)


def test_without_the_lease_two_send_everything_twice(sent: list[str]) -> None:
    """The control: Celery's own timetable, beside ours."""
    for _number in range(2):
        sweeps_due(LeasedScheduler(app=app))
    assert sent == [SWEEP]
    for _number in range(2):
        sweeps_due(Scheduler(app=app))
    assert sent == [SWEEP] * 3


def test_what_ran_when_outlives_every_beat(sent: list[str]) -> None:
    first = scheduler()
    first.schedule["sync-reference"].last_run_at = datetime.now(UTC) - timedelta(days=2)
    run(first)
    assert "fulfillment.tasks.sync_reference" in sent
    first.close()
    sent.clear()

    second = scheduler()
    run(second)
    assert sent == [], "it ran a moment ago"
    second.close()

    # What never ran is due one day after it was first known, although both were started since.
    notes = Lease.objects.get(name=LEASE).notes
    Lease.objects.update(notes=notes | {"sync-reference": (datetime.now(UTC) - timedelta(days=1)).isoformat()})
    run(scheduler())
    assert sent == ["fulfillment.tasks.sync_reference"]


def test_a_clock_that_went_ahead_holds_nothing_up(sent: list[str]) -> None:
    run(scheduler())
    notes = dict.fromkeys(Lease.objects.get().notes, (datetime.now(UTC) + timedelta(days=365)).isoformat())
    Lease.objects.update(notes=notes, until=datetime(2026, 1, 1, tzinfo=UTC))
    late = scheduler()
    late.tick()
    assert max(entry.last_run_at for entry in late.schedule.values()) <= datetime.now(UTC)


def test_one_whose_lease_was_taken_sends_nothing_more(sent: list[str]) -> None:
    first = scheduler()
    run(first)
    Lease.objects.update(until=datetime(2026, 1, 1, tzinfo=UTC))
    second = scheduler()
    run(second)
    sent.clear()
    for entry in first.schedule.values():
        entry.last_run_at = datetime.now(UTC) - timedelta(days=2)
    first._heap = None
    first._renewed_at = float("-inf")
    assert first.tick() > 0
    assert sent == []
