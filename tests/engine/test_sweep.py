"""The sweep finds everything that is due, of every vendor, whatever else waits, and does no harm when it runs twice."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import sweep as sweeping
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.sweep import due_pushes, sweep
from backoffice.engine.services.task_queue import SWEEP_QUEUE
from tests.engine.toy import SHELF, MakeBoth

pytestmark = pytest.mark.django_db


@pytest.fixture
def swept(settings: LazySettings) -> Iterator[redis.Redis]:
    """Empty the queue of the sweep's tasks before and after."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(SWEEP_QUEUE)
        yield broker
        broker.delete(SWEEP_QUEUE)


def due(subject_id: int, *, kind: str = "toy.make", vendor: str = "toy", **facts: Any) -> Push:
    now = timezone.now()
    return Push(
        vendor=vendor,
        kind=kind,
        subject_type="accounts.shop",
        subject_id=subject_id,
        next_at=now - timedelta(minutes=5),
        **facts,
    )


def enqueued(broker: redis.Redis) -> list[tuple[str, list[Any]]]:
    """Return names and arguments of the tasks that wait, oldest first."""
    found = []
    for raw in reversed(broker.lrange(SWEEP_QUEUE, 0, -1)):
        message = json.loads(raw)
        found.append((message["headers"]["task"], json.loads(b64decode(message["body"]))[0]))
    return found


def test_pushes_behind_an_unknown_outcome_hide_none_that_is_free(toy_vendor: MakeBoth) -> None:
    """120 subjects whose older push waits for a person, each with a younger due one behind it."""
    later = timezone.now() + timedelta(days=1)
    Push.objects.bulk_create(due(n, state=PushState.UNKNOWN, needs_attention=True) for n in range(120))
    Push.objects.update(next_at=later)
    Push.objects.bulk_create(due(n, kind="toy.cancel", lane=Lane.ORDERS) for n in range(120))
    free = due(999)
    free.save()
    Push.objects.filter(pk=free.pk).update(next_at=timezone.now())
    assert due_pushes(limit=sweeping.MOST_TASKS) == [free.pk]


def test_a_lost_lease_that_cannot_be_ended_keeps_nothing_else_from_being_found(
    toy_vendor: MakeBoth, swept: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(push: Push) -> None:
        if push.subject_id == 1:
            raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(toy_vendor, "lock", held, raising=False)
    Push.objects.bulk_create(
        due(n, state=PushState.IN_FLIGHT, lease_until=timezone.now() - timedelta(seconds=1)) for n in (1, 2)
    )
    waiting = due(3)
    waiting.save()
    assert sweep()["lost"] == 1
    assert ("backoffice.engine.tasks.deliver_push", [waiting.pk]) in enqueued(swept)
    assert Push.objects.get(subject_id=1).state == PushState.IN_FLIGHT


def test_what_one_vendor_piles_up_hides_nothing_of_another(toy_vendor: MakeBoth, settings: LazySettings) -> None:
    settings.VENDORS = settings.VENDORS | {"other": "tests.engine.toy.Toy"}
    Push.objects.bulk_create(due(n) for n in range(30))
    late = due(1, vendor="other", lane=Lane.CATALOG)
    late.save()
    found = due_pushes(limit=10)
    assert len(found) == 11
    assert found.index(late.pk) <= 1, "the vendors take turns"


def test_orders_go_first_and_then_who_has_waited_longest(toy_vendor: MakeBoth) -> None:
    Push.objects.bulk_create([due(1, lane=Lane.CATALOG), due(2), due(3)])
    Push.objects.filter(subject_id=2).update(next_at=timezone.now())
    found = Push.objects.in_bulk(due_pushes(limit=10))
    assert [found[pk].subject_id for pk in due_pushes(limit=10)] == [3, 2, 1]


def test_more_than_one_sweep_enqueues_is_swept_as_soon_as_its_tasks_are_taken(
    toy_vendor: MakeBoth, swept: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_TASKS", 3)
    Push.objects.bulk_create(due(n) for n in range(5))
    assert sweep()["enqueued"] == 3
    tasks = enqueued(swept)
    assert [name for name, _ in tasks] == ["backoffice.engine.tasks.deliver_push"] * 3 + [
        "backoffice.engine.tasks.sweep"
    ]
    assert sweep()["enqueued"] == 0, "nobody has heard them yet"
    Push.objects.filter(pk__in=[arguments[0] for _, arguments in tasks[:3]]).update(state=PushState.CONFIRMED)
    swept.delete(SWEEP_QUEUE)
    assert sweep()["enqueued"] == 2
    assert "backoffice.engine.tasks.sweep" not in dict(enqueued(swept))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_and_all_of_their_tasks_make_nothing_twice(toy_vendor: MakeBoth, swept: redis.Redis) -> None:
    """Two beats, or one whose clock jumped: what is rung for twice is claimed once, and a lost lease is ended once."""
    shops = Shop.objects.bulk_create(Shop(name=f"Shop {n}", code=f"S{n}") for n in range(4))
    Push.objects.bulk_create(due(shop.pk) for shop in shops[:3])
    lost = due(shops[3].pk, state=PushState.IN_FLIGHT, lease_until=timezone.now() - timedelta(seconds=1))
    lost.save()
    Integration.objects.create(vendor="toy")

    def at_once(*calls: Any) -> None:
        threads = [threading.Thread(target=lambda call=call: (call(), connection.close())) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(sweep, sweep)
    lost.refresh_from_db()
    assert (lost.state, lost.crashes, lost.attempt_rows.count()) == (PushState.NEW, 1, 1)
    Push.objects.update(next_at=timezone.now())
    twice = [lost.pk, *(arguments[0] for name, arguments in enqueued(swept) if name.endswith("deliver_push"))] * 2
    at_once(*(lambda pk=pk: deliver(pk) for pk in twice))
    while found := due_pushes(limit=10):
        for pk in found:
            deliver(pk)
    assert not Push.objects.open().exists()
    assert sorted(SHELF.made) == sorted(f"{shop.pk}/{part}" for shop in shops for part in "ab")
