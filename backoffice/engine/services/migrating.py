"""How `migrate` treats a database that is in use: it waits for a lock for a moment only, and tries again later.

Whoever waits for the lock that a change of a table needs keeps all others waiting behind it, readers too. So it gives
up soon, lets them pass, and comes back. What it does once it has the lock may take as long as it takes. With one table
locked it hardly waits for another, and no more once others may have waited for almost a second: somebody who has that
one may wait for this, and PostgreSQL would end whichever of them has waited for so long.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from psycopg.pq import TransactionStatus

from backoffice.engine.services.locks import SharedLock
from backoffice.text.translatable import gettext as _

# First half of the advisory lock's key: says what is locked.
_LOCK_SPACE = 0x4D49
_LOCK_POLL_SECONDS = 1.0
# lock_not_available, deadlock_detected: nothing has changed, another try may succeed.
_TRY_AGAIN = ("55P03", "40P01")
# Filled once the database is found to have all migrations.
_found_migrated: list[bool] = []
# These wait for transactions and keep nobody waiting; given up half-way they would leave an index that is of no use.
_KEEPS_NOBODY_WAITING = re.compile(r"\bCONCURRENTLY\b|\bVALIDATE CONSTRAINT\b", re.IGNORECASE)
_MAKES_INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)", re.IGNORECASE
)
_LOCKS = re.compile(r"(?:ALTER|DROP|CREATE\s+(?:UNIQUE\s+)?(?:INDEX|TRIGGER)|LOCK)\b", re.IGNORECASE)
# How long it waits for further locks, and until when, counted from its first. Well below `deadlock_timeout`, a second
# unless it is set: whoever has waited for so long looks whether somebody waits for it in turn, and would be ended.
_HOLDING_MS = 200
_HELD_LONG_SECONDS = 0.5
_HELD_LONG_MS = 1
_INVALID = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid"


# Whatever executes a statement inside Django's execute wrappers.
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class PooledDatabaseError(Exception):
    """The time-outs of `migrate` belong to a session, and a pooler gives each transaction another one."""


@contextmanager
def one_at_a_time(say: Callable[[str], Any]) -> Iterator[None]:
    """Wait until no other process migrates this database."""
    with SharedLock(_LOCK_SPACE, "migrate") as lock:
        if not lock.take():
            say(_("Another process is migrating this database; waiting for it."))
            while not lock.take():
                time.sleep(_LOCK_POLL_SECONDS)
        yield


@contextmanager
def own_timeouts() -> Iterator[None]:
    """Give the connection the time-outs of MIGRATE_LOCK_SECONDS and MIGRATE_STATEMENT_SECONDS, and its own ones back.

    Raises PooledDatabaseError.
    """
    if settings.DATABASE_POOLED:
        raise PooledDatabaseError
    _set("lock_timeout", settings.MIGRATE_LOCK_SECONDS)
    _set("statement_timeout", settings.MIGRATE_STATEMENT_SECONDS)
    try:
        with connection.execute_wrapper(_Patience()):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")


def try_again(action: Callable[[], Any], say: Callable[[str], Any]) -> None:
    """Do it until no lock was missed, at most MIGRATE_RETRIES times more. What is done is not done again."""
    for tries_left in range(settings.MIGRATE_RETRIES, -1, -1):
        try:
            action()
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in _TRY_AGAIN or not tries_left:
                raise
        text = _(
            "A lock was not free for %(wait)g s. Other processes go first; trying again in %(pause)g s. Tries left: "
            "%(left)d."
        )
        say(text % {
            "wait": settings.MIGRATE_LOCK_SECONDS, "pause": settings.MIGRATE_RETRY_SECONDS, "left": tries_left,
        })  # fmt: skip
        time.sleep(settings.MIGRATE_RETRY_SECONDS)


def is_migrated() -> bool:
    """Return whether the database has all that this release needs. Once it has, it is not asked again."""
    if not _found_migrated:
        loader = MigrationLoader(connection)
        if loader.applied_migrations.keys() >= loader.graph.nodes.keys():
            _found_migrated.append(True)
    return bool(_found_migrated)


def _set(name: str, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = {int(seconds * 1000)}")


class _Patience:
    """Gives each statement the time that it may wait for locks."""

    def __init__(self) -> None:
        self._locked_at: float | None = None

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if _KEEPS_NOBODY_WAITING.search(str(sql)):
            return _wait_as_long_as_it_takes(execute, sql, params, many, context)
        if _status() == TransactionStatus.IDLE:
            self._locked_at = None
        if self._locked_at is not None:
            execute(f"SET LOCAL lock_timeout = {self._allowed_ms()}", None, False, context)
        result = execute(sql, params, many, context)
        if self._locked_at is None and connection.in_atomic_block and _LOCKS.match(str(sql).lstrip()):
            self._locked_at = time.monotonic()
        return result

    def _allowed_ms(self) -> int:
        if self._locked_at is not None and time.monotonic() - self._locked_at > _HELD_LONG_SECONDS:
            return _HELD_LONG_MS
        return min(_HOLDING_MS, int(settings.MIGRATE_LOCK_SECONDS * 1000))


def _wait_as_long_as_it_takes(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Let what keeps nobody waiting wait for locks itself, and make an index anew that was left unfinished."""
    execute("SET lock_timeout = 0", None, False, context)
    try:
        if made := _MAKES_INDEX.search(str(sql)):
            _drop_unfinished(made[1], execute, context)
        return execute(sql, params, many, context)
    finally:
        if not connection.needs_rollback and _status() != TransactionStatus.INERROR:
            execute(f"SET lock_timeout = {int(settings.MIGRATE_LOCK_SECONDS * 1000)}", None, False, context)


def _drop_unfinished(name: str, execute: Execute, context: dict[str, Any]) -> None:
    """Drop the index of that name where it is invalid: what made it was killed, and no query may use it."""
    execute(_INVALID, [f'"{name}"'], False, context)
    if context["cursor"].fetchone():
        execute(f'DROP INDEX CONCURRENTLY "{name}"', None, False, context)


def _status() -> TransactionStatus:
    """Return in which kind of transaction the connection is. In a failed one it can only roll back, time-outs too."""
    return TransactionStatus(connection.connection.info.transaction_status)
