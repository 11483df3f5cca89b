"""Where the epoch is remembered outside of the database: in Redis, which all machines share, in a file on each machine,
and in the memory of each process. Each place keeps the highest it was given; the highest of them counts.
"""

import fcntl
import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# A sorted set: it can keep the greater of two values in one step.
REDIS_KEY = "backoffice:epoch"
TIMEOUT_SECONDS = 1
# After a failure Redis is left alone for so long, or each request to a vendor would wait for it.
UNREACHABLE_SECONDS = 5


class PlacesUnreadable(Exception):
    """What is remembered cannot be said now: Redis does not answer, and nothing else remembers anything."""


@dataclass(frozen=True)
class Mark:
    """How far an installation had come: counter and series of `Epoch`."""

    counter: int
    series: int

    def joined(self, other: "Mark | None") -> "Mark":
        """Return the higher of both, each by itself."""
        return self if other is None else Mark(max(self.counter, other.counter), max(self.series, other.series))


_memory: dict[UUID, Mark] = {}
# Until when, by address.
_silent: dict[str, float] = {}


def recall(installation: UUID) -> Mark | None:
    """Return the highest that any place remembers; None when all were asked and none knows the installation.

    Raises PlacesUnreadable.
    """
    found = _of_file(installation)
    if (remembered := _memory.get(installation)) is not None:
        found = remembered.joined(found)
    try:
        shared = _of_redis(installation)
    except RedisError as error:
        if found is None:
            raise PlacesUnreadable(str(error)) from error
        return found
    return found if shared is None else shared.joined(found)


def remember(installation: UUID, mark: Mark) -> bool:
    """Keep it in every place. Return False when neither Redis nor the file took it."""
    is_shared, is_filed = _to_redis(installation, mark), _to_file(installation, mark)
    _memory[installation] = mark.joined(_memory.get(installation))
    return is_shared or is_filed


def last_known(installation: UUID) -> Mark | None:
    """Return what this process remembers; nobody is asked."""
    return _memory.get(installation)


def file_of(installation: UUID) -> Path:
    """Return where this machine keeps its copy."""
    return Path(settings.EPOCH_DIR) / str(installation)


def _of_file(installation: UUID) -> Mark | None:
    try:
        return _read(file_of(installation).read_text())
    except (OSError, UnicodeDecodeError):
        return None


def _to_file(installation: UUID, mark: Mark) -> bool:
    path = file_of(installation)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        with path.open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = mark.joined(_read(file.read(100).decode(errors="replace")))
            file.seek(0)
            # As long each time, so that no crash leaves half of it before the other half.
            file.write(f"{kept.counter:020d} {kept.series:010d}\n".encode())
    except OSError as error:
        logger.warning("The epoch cannot be written to %s: %s", path, error)
        return False
    return True


def _read(text: str) -> Mark | None:
    try:
        counter, series = text.split()
        return Mark(int(counter), int(series))
    except ValueError:
        return None


def _of_redis(installation: UUID) -> Mark | None:
    values = _ask(lambda redis: redis.zmscore(REDIS_KEY, _members(installation)))
    if values[0] is None:
        return None
    return Mark(int(values[0]), int(values[1] or 0))


def _to_redis(installation: UUID, mark: Mark) -> bool:
    scores = dict(zip(_members(installation), (mark.counter, mark.series), strict=True))
    try:
        _ask(lambda redis: redis.zadd(REDIS_KEY, scores, gt=True))
    except RedisError as error:
        logger.warning("The epoch cannot be written to Redis: %s", error)
        return False
    return True


def _members(installation: UUID) -> list[str]:
    return [f"{installation}:counter", f"{installation}:series"]


def _ask(question: Any) -> Any:
    url = settings.REDIS_URL
    if time.monotonic() < _silent.get(url, 0):
        raise RedisError("Redis did not answer a moment ago.")
    try:
        return question(_client(url))
    except RedisError:
        _silent[url] = time.monotonic() + UNREACHABLE_SECONDS
        raise


@lru_cache(maxsize=1)
def _client(url: str) -> "Redis":
    return Redis.from_url(url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS)
