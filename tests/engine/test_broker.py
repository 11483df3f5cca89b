"""A worker outlives Redis: its connection can be taken apart when nothing is there any more to speak to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection
from kombu.simple import SimpleQueue
from kombu.transport import resolve_transport
from kombu.transport.redis import Transport as KombusOwn

from backoffice import celery  # noqa: F401 - names our transport
from backoffice.broker import Transport
from backoffice.embedded.redis import Redis


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


def close_after_redis_went(own_redis: Redis, *, transport: type[KombusOwn]) -> None:
    """Do what a worker does about a message under work when Redis goes: close its connection, then its channel."""
    connection = Connection(own_redis.url, transport=transport)
    queue = SimpleQueue(connection.default_channel, "bells")
    queue.put("ring")
    queue.get(timeout=5)
    own_redis.stop()
    channel = connection.default_channel
    channel.connection.client = None
    channel.close()


def test_a_channel_can_be_closed_when_nothing_of_its_connection_is_left(own_redis: Redis) -> None:
    close_after_redis_went(own_redis, transport=Transport)


def test_control_kombus_own_fails_in_a_way_that_ends_the_worker(own_redis: Redis) -> None:
    with pytest.raises(AttributeError, match="hostname"):
        close_after_redis_went(own_redis, transport=KombusOwn)


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_celery_uses_ours(scheme: str) -> None:
    assert resolve_transport(scheme) is Transport
