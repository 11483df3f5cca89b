"""The allowance that all workers share: spaced calls, a 429 that stops and slows them, and the way back.

Nobody sleeps here: the row's times are moved instead, and whoever would sleep sees what happens meanwhile.
"""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import LazySettings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.models.integration import RateLimit
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import limiter, rate_limits
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.task_queue import DEFAULT_QUEUE, DELIVER_PUSH
from backoffice.vendors.errors import RateLimited, VendorUnavailable
from tests.engine.toy import SHELF, MakeBoth

pytestmark = pytest.mark.django_db


@pytest.fixture
def naps(toy_vendor: MakeBoth, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long callers would have slept; for them the time passes at once."""
    slept: list[float] = []

    def nap(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", nap)
    return slept


def let_pass(seconds: float) -> None:
    """Let so many seconds pass, as far as the rate limit can tell."""
    past = {name: F(name) - timedelta(seconds=seconds) for name in ("arrival_at", "blocked_until", "factor_at")}
    RateLimit.objects.update(**past)


def sleep(seconds: float) -> None:
    """Sleep for those who have a turn, so no block is in force that could move."""
    past = {name: F(name) - timedelta(seconds=seconds) for name in ("arrival_at", "factor_at")}
    RateLimit.objects.update(**past)


def take(times: int = 1, *, lane: Lane = Lane.ORDERS) -> None:
    for _ in range(times):
        rate_limits.take("toy", lane=lane)


def factor() -> float:
    return rate_limits.rate_limit_status("toy").factor


def test_calls_are_spaced_evenly_after_a_burst(naps: list[float], settings: LazySettings) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 60
    take(8)
    assert len(naps) == 3  # five at once, three more a second apart
    assert naps == pytest.approx([1, 1, 1], abs=0.5)


def test_after_a_429_nothing_leaves_until_the_time_that_the_vendor_named(naps: list[float]) -> None:
    take()
    rate_limits.throttle("toy", seconds=30)
    with pytest.raises(RateLimited) as refusal:
        take()
    assert refusal.value.retry_after == pytest.approx(30, abs=1)
    let_pass(27)
    with pytest.raises(RateLimited):
        take()
    let_pass(3)
    take()


def test_an_order_waits_out_a_short_block_where_it_is(toy_vendor: MakeBoth) -> None:
    """Put back, it would be taken up again by the next sweep, and read at its vendor once more."""
    take()
    begin = time.monotonic()
    rate_limits.throttle("toy", seconds=1)
    assert rate_limits.take("toy", lane=Lane.ORDERS)
    assert time.monotonic() - begin >= 0.95
    assert rate_limits.rate_limit_status("toy").blocked_seconds == 0


def test_of_many_answers_429_to_calls_under_way_the_first_halves_the_rate(naps: list[float]) -> None:
    take()
    let_pass(1)
    for took in (0.2, 0.3, 0.4, 0.9):
        rate_limits.throttle("toy", seconds=30, took=took)
    assert factor() == pytest.approx(0.5, abs=0.01)


def test_a_late_answer_429_after_a_short_block_halves_nothing_again(naps: list[float]) -> None:
    take()
    let_pass(5)
    rate_limits.throttle("toy", seconds=1, took=0.1)
    let_pass(2)
    rate_limits.throttle("toy", seconds=1, took=2.5)
    assert factor() == pytest.approx(0.5, abs=0.02)
    rate_limits.throttle("toy", seconds=1, took=1.5)  # this one had left after the block
    assert factor() == pytest.approx(0.26, abs=0.02)


def test_the_longest_of_several_blocks_counts(naps: list[float]) -> None:
    take()
    rate_limits.throttle("toy", seconds=30)
    rate_limits.throttle("toy", seconds=5)
    assert rate_limits.rate_limit_status("toy").blocked_seconds == pytest.approx(30, abs=1)


def test_two_minutes_after_a_minute_of_refusals_nine_tenths_of_the_allowance_are_used_again(
    naps: list[float], settings: LazySettings
) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 450
    take()
    for _ in range(4):  # a minute in which every block of 15 s is followed by another 429
        let_pass(15)
        rate_limits.throttle("toy", seconds=15)
    assert factor() < 0.3
    let_pass(120)
    naps.clear()
    take(105)  # the burst of five, then a hundred one after the other
    # What a busy machine takes besides is not slept again, so there is no least.
    assert sum(naps) <= 100 * 60 / 450 * 1.1


def test_the_rate_never_falls_below_a_tenth(naps: list[float]) -> None:
    take()
    for _ in range(10):
        let_pass(0.1)
        rate_limits.throttle("toy", seconds=0)
    assert factor() == pytest.approx(0.1, abs=0.01)


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Do something while a caller sleeps for its turn, and let its turn come."""

    def nap(seconds: float) -> None:
        monkeypatch.setattr(time, "sleep", sleep)
        sleep(seconds)
        happens()

    monkeypatch.setattr(time, "sleep", nap)


def test_a_caller_that_slept_for_its_turn_looks_again_at_the_block(
    toy_vendor: MakeBoth, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 60
    take(5)
    meanwhile(monkeypatch, lambda: rate_limits.throttle("toy", seconds=20))
    with pytest.raises(RateLimited) as refusal:
        take()
    assert refusal.value.retry_after == pytest.approx(20, abs=1)


def test_a_caller_that_slept_through_a_whole_block_stands_in_line_again(
    toy_vendor: MakeBoth, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place was void, and others have taken the first ones behind the block."""
    settings.TOY_REQUESTS_PER_MINUTE = 60
    take(5)

    lines: list[float] = []

    def block_and_fill() -> None:
        rate_limits.throttle("toy", seconds=1)
        let_pass(1)
        take(5)
        lines.append(rate_limits.rate_limit_status("toy").waiting)

    meanwhile(monkeypatch, block_and_fill)
    take()
    # One more place was taken, and slept for.
    assert rate_limits.rate_limit_status("toy").waiting == pytest.approx(lines[0], abs=0.1)


def test_a_pause_is_seen_by_whoever_slept_for_a_turn(
    toy_vendor: MakeBoth, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 60
    take(5)
    meanwhile(monkeypatch, lambda: limiter.pause("toy", actor="jo"))
    with pytest.raises(RateLimited, match="paused"):
        limiter.SharedLimiter("toy", Lane.ORDERS).acquire(write=True)


def test_a_429_does_not_send_one_order_up_the_ladder(toy_vendor: MakeBoth, shop: Shop, settings: LazySettings) -> None:
    settings.PUSH_RETRY_BACKOFF = [900.0]
    with transaction.atomic():
        push = queue_push("toy.make", vendor="toy", subject=shop, actor="test")

    def refuse(name: str) -> None:
        raise VendorUnavailable("toy is not available (HTTP 429).", status=429, retry_after=3)

    SHELF.mishaps = [refuse]
    assert deliver(push.pk) == PushState.NEW
    push.refresh_from_db()
    assert timedelta(seconds=2) < push.next_at - push.updated_at < timedelta(seconds=5)
    assert push.attempts == 1


def bells(settings: LazySettings) -> list[tuple[str, bool]]:
    """Return what has been rung: tasks with their argument, and whether they are heard later."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        heard = [json.loads(raw)["headers"] for raw in broker.lrange(DEFAULT_QUEUE, 0, -1)]
        broker.delete(DEFAULT_QUEUE)
    return [(f"{bell['task']}{bell['argsrepr']}", bell["eta"] is not None) for bell in heard]


def test_a_bell_rings_when_the_time_has_come_that_a_vendor_named(
    toy_vendor: MakeBoth, shop: Shop, settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    """Sooner than the next sweep; but for what our own allowance puts off there is the sweep."""
    push = queue_push("toy.make", vendor="toy", subject=shop, actor="test")

    def refuse(name: str) -> None:
        raise VendorUnavailable("toy is not available (HTTP 429).", status=429, retry_after=3)

    def wait(name: str) -> None:
        raise RateLimited("The allowance of toy is used up.", retry_after=3)

    for mishap, heard in ((refuse, [(f"{DELIVER_PUSH}({push.pk},)", True)]), (wait, [])):
        bells(settings)
        Push.objects.update(next_at=Now())
        SHELF.mishaps = [mishap]
        with django_capture_on_commit_callbacks(execute=True):
            assert deliver(push.pk) == PushState.NEW
        assert bells(settings) == heard


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_callers_at_once_never_exceed_the_allowance(toy_vendor: MakeBoth, settings: LazySettings) -> None:
    settings.TOY_REQUESTS_PER_MINUTE = 1200  # one in 50 ms
    begin = time.monotonic()

    def call() -> None:
        try:
            take(3)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.45 < time.monotonic() - begin < 2  # five at once, ten more in steps of 50 ms
    assert Push.objects.count() == 0
