"""The one way to change rows of the audit trail."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_SET = "SELECT set_config('backoffice.audit_service', %s, true)"
# Whoever adds to the chain or takes from it is alone at it.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('backoffice.audit', 0))"
_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended('backoffice.audit', 0))"


@contextmanager
def unguarded() -> Iterator[None]:
    """Let the tables of the trail be written within one transaction."""
    with transaction.atomic():
        _execute(_SET, "on")
        yield
        _execute(_SET, "off")


@contextmanager
def alone_at_chain(*, wait: bool = False) -> Iterator[bool]:
    """As `unguarded`; yield whether nobody else is at the chain. With `wait` until it is so (OperationalError late)."""
    with unguarded():
        with connection.cursor() as cursor:
            cursor.execute(_WAIT if wait else _LOCK)
            is_alone = wait or bool(cursor.fetchone()[0])
        yield is_alone


def _execute(sql: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
