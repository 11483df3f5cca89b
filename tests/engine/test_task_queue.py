"""Ringing is quick, whether the broker hears it or not."""

import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import redis
from celery import Celery
from django.conf import settings

from backoffice.engine.services import task_queue
from backoffice.engine.services.task_queue import UNREACHABLE_SECONDS, enqueue

QUEUE = "test-bells"


@pytest.fixture(autouse=True)
def forgetting() -> Iterator[None]:
    """Forget after the test what it found out about its broker."""
    task_queue._unreachable_until = 0.0
    yield
    task_queue._unreachable_until = 0.0


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Make the broker unreachable; record how often it is tried."""
    app = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    tried = Mock(wraps=app.send_task)
    monkeypatch.setattr(task_queue, "current_app", Mock(send_task=tried))
    return tried


def test_a_broker_that_is_gone_is_asked_once_in_a_while_only(no_broker: Mock) -> None:
    begin = time.monotonic()
    assert not any(enqueue("any.task") for _ in range(100))
    assert time.monotonic() - begin < 10  # a hundred time-outs would take minutes
    assert no_broker.call_count == 1


def test_it_is_asked_again_after_that(no_broker: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not enqueue("any.task")
    monkeypatch.undo()  # the broker is back
    later = time.monotonic() + UNREACHABLE_SECONDS
    monkeypatch.setattr(task_queue.time, "monotonic", lambda: later)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(QUEUE)
        assert enqueue("any.task", queue=QUEUE)
        assert client.llen(QUEUE) == 1
        client.delete(QUEUE)
