"""Which locks a migration takes one after the other: who takes a stronger one later may end a worker by a deadlock.

A worker that reads a row for changing it and then changes it waits for a migration that lets others only read; the
migration, once it asks for the table alone, waits for the worker. PostgreSQL ends whichever of them comes second.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg.pq import TransactionStatus

from backoffice.engine.services.migrating import Execute

# Modes in which others may read, and not write.
_STOPS_WRITERS = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock"}
_ALONE = "AccessExclusiveLock"
_HELD = """
    SELECT locks.virtualtransaction, relations.relname, locks.mode
      FROM pg_locks AS locks
      JOIN pg_class AS relations ON relations.oid = locks.relation
     WHERE locks.pid = pg_backend_pid() AND locks.granted AND relations.relkind IN ('r', 'p')
       AND relations.relnamespace = 'public'::regnamespace
"""


class Watch:
    """Looks at the locks after each statement of a transaction that has several."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._transaction = ""
        self._before: set[tuple[str, str]] = set()
        self.statements = 0

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        own = connection.connection
        if own.info.transaction_status == TransactionStatus.INTRANS:
            self._look(own.execute(_HELD).fetchall(), str(sql))
        return result

    def _look(self, held: list[tuple[str, str, str]], statement: str) -> None:
        self.statements += 1
        transaction = held[0][0] if held else ""
        if transaction != self._transaction:
            self._transaction, self._before = transaction, set()
        now = {(table, mode) for _transaction, table, mode in held}
        stopped = {table for table, mode in self._before if mode in _STOPS_WRITERS}
        for table in sorted(stopped):
            if (table, _ALONE) in now - self._before:
                self.faults.append(f"{table} is locked against writers, and later against all: {statement[:200]}")
        self._before = now


@contextmanager
def watched_locks() -> Iterator[Watch]:
    """Watch what this thread's connection locks."""
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch
