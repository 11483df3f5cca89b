"""Locks that all processes share and that outlast transactions, such as over a call to a vendor."""

from types import TracebackType
from typing import Self

from django.db import Error as DatabaseError
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


class SharedLock:
    """PostgreSQL's advisory lock of a transaction, on a connection of its own that does nothing else.

    A lock of a session would stay with whatever client a pooler gives the session to next. The transaction stays open
    and idle as long as the lock is wanted; it has read nothing, so it keeps no old rows alive. PostgreSQL ends it when
    the process dies, however it dies.
    """

    def __init__(self, space: int, name: str) -> None:
        self._key = (space, name)
        self._own: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is None:
            return
        try:
            # The end of a connection alone is noticed later, and whoever comes next would find the lock held.
            self._own.rollback()
        except DatabaseError:
            pass  # the server has ended it, and the lock with it
        finally:
            self._own.close()

    def take(self) -> bool:
        """Return whether the lock is ours now; may be tried again while another has it."""
        if self._own is None:
            self._own = connection.copy()
            self._own.set_autocommit(False)
            with self._own.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        with self._own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", self._key)
            row = cursor.fetchone()
        return bool(row and row[0])
