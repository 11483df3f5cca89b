"""Lists read from a copy of the database that follows it (`REPLICA_DATABASE_URL`); all else stays with the primary.

A page that only lists says so (`tolerates_lag`); what decides something never does. It reads from the replica when that
is near enough (`REPLICA_LAG_SECONDS`, by the mark that every sweep leaves in the database) and has what the reader
wrote last: each request that changes something notes how far the primary had come by then. Who may see what is always
read from the primary. A replica that fails is left alone for a while, and its page is made again from the primary.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections
from django.db import Error as DatabaseError
from django.db.models import Model
from django.http import HttpRequest
from psycopg.errors import QueryCanceled
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

ALIAS = "replica"
# Who may see what must not be known late.
ALWAYS_PRIMARY = frozenset({
    "account", "accounts", "auth", "axes", "contenttypes", "mfa", "sessions", "signin", "socialaccount", "usersessions",
})  # fmt: skip
SAFE_METHODS = ("GET", "HEAD")
# How far it has come is asked for so often, and a replica that failed is left alone for so long.
LOOK_SECONDS = 2.0
REST_SECONDS = 15.0
# What a reader wrote before that has long arrived, or the replica is too far behind for anybody.
STAMP_SECONDS = 900
_PLACE = """
    SELECT pg_last_wal_replay_lsn()::text, extract(epoch FROM clock_timestamp() - at)
      FROM (SELECT 1) AS always LEFT JOIN engine_heartbeat ON name = 'sweep'
"""
# Where the next record goes: behind whatever was committed, also where commits do not wait for the disk.
_PRIMARY_PLACE = "SELECT pg_current_wal_insert_lsn()::text"

_reading: ContextVar[bool] = ContextVar("replica", default=False)
Parameters = ParamSpec("Parameters")
Response = TypeVar("Response")


class ReplicaRouter:
    """Sends what is read within `reading_from_replica` there; everything else goes to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return ALIAS if _reading.get() and model._meta.app_label not in ALWAYS_PRIMARY else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *rows: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool | None:
        return False if alias == ALIAS else None


@dataclass(frozen=True)
class ReplicaPlace:
    """How far the replica had come when it was asked; without `position` it does not follow by the log."""

    position: int | None
    seconds: float | None
    asked_at: float

    @property
    def is_near(self) -> bool:
        """Whether it follows closely enough; also False where nothing sweeps, which then is no mark to go by."""
        return self.seconds is not None and self.seconds <= settings.REPLICA_LAG_SECONDS


class _Followed:
    """What this process knows of the replica."""

    place: ReplicaPlace | None = None
    rests_until: float = 0.0


def is_set_up() -> bool:
    """Return whether there is a replica at all."""
    return ALIAS in connections.databases


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Let models be read from the replica in here."""
    before = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(before)


def tolerates_lag(view: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
    """Let a view, or the method of one, read from the replica where that serves its reader; of GET only."""

    @wraps(view)
    def answer(*args: Parameters.args, **named: Parameters.kwargs) -> Response:
        if not may_read_replica(next(value for value in args if hasattr(value, "META"))):
            return view(*args, **named)
        try:
            with reading_from_replica():
                return _rendered(view(*args, **named))
        except (OperationalError, InterfaceError) as error:
            if isinstance(error.__cause__, QueryCanceled):  # too slow there is too slow here
                raise
            _leave_alone(error)
        return view(*args, **named)

    return answer


def may_read_replica(request: Any) -> bool:
    """Return whether a list for this reader may come from the replica."""
    if not is_set_up() or request.method not in SAFE_METHODS or connection.in_atomic_block:
        return False
    place = find_place()
    if place is None or not place.is_near:
        return False
    try:
        stamp = cache.get(_stamp_key(request))
    except RedisError:
        return False  # nobody knows what the reader wrote
    return stamp is None or _has(stamp, place)


def note_write(request: HttpRequest) -> None:
    """Note how far the primary is, after a request of somebody that may have changed something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_PRIMARY_PLACE)
            position = read_position(cursor.fetchone()[0])
        cache.set(_stamp_key(request), (position, time.time()), STAMP_SECONDS)
    except (DatabaseError, RedisError):
        logger.warning("What %s wrote last is not noted; their lists may lag behind it.", _stamp_key(request))


def find_place(*, anew: bool = False) -> ReplicaPlace | None:
    """Return how far the replica is, as of the last seconds; None where it does not answer."""
    now = time.monotonic()
    if now < _Followed.rests_until:
        return None
    known = _Followed.place
    if known is not None and not anew and now - known.asked_at < LOOK_SECONDS:
        return known
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_PLACE)
            position, seconds = cursor.fetchone()
    except DatabaseError as error:
        _leave_alone(error)
        return None
    place = ReplicaPlace(position and read_position(position), None if seconds is None else float(seconds), now)
    _Followed.place = place
    return place


def bytes_behind() -> int | None:
    """Return how much of the primary's log the replica has not applied; None where it does not follow by the log."""
    place = find_place(anew=True)
    if place is None or place.position is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_PRIMARY_PLACE)
        return max(0, read_position(cursor.fetchone()[0]) - place.position)


def read_position(text: str) -> int:
    """Return a place in PostgreSQL's log ("16/B374D848") as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def forget() -> None:
    """Forget what is known of the replica, as a new process would."""
    _Followed.place, _Followed.rests_until = None, 0.0


def _has(stamp: tuple[int, float], place: ReplicaPlace) -> bool:
    """Return whether what was written then is there by now."""
    position, at = stamp
    if place.position is None:
        return time.time() - at > settings.REPLICA_LAG_SECONDS
    if place.position >= position:
        return True
    newer = find_place(anew=True)
    return newer is not None and newer.position is not None and newer.position >= position


def _leave_alone(error: Exception) -> None:
    logger.warning("The replica is left alone for %g seconds: %s", REST_SECONDS, error)
    _Followed.place, _Followed.rests_until = None, time.monotonic() + REST_SECONDS
    connections[ALIAS].close()


def _stamp_key(request: Any) -> str:
    user = request.user
    return f"wrote.{user._meta.label_lower}.{user.pk}" if getattr(user, "pk", None) else "wrote.nobody"


def _rendered(response: Response) -> Response:
    """Have a page made here: what its template asks for belongs to the same reading."""
    render = getattr(response, "render", None)
    if render is not None and not getattr(response, "is_rendered", True) and hasattr(response, "context_data"):
        render()
    return response
