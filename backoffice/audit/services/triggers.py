"""Gives each watched table its triggers: after each `migrate`, they are what `coverage.py` says.

They call three functions for all tables (migration 0001), which read rows as JSON: a new column is recorded at once.
A trigger's name carries a digest of how it is made, so that what differs is found by names alone.
"""

import hashlib

from django.db import connections, transaction

from backoffice.acting import TOLD
from backoffice.audit.services.coverage import Watched, watched_tables

_PREFIX = "audit_"
_EVENTS = {
    "INSERT": ("NEW TABLE AS new_rows", "audit_note_insert"),
    "UPDATE": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", "audit_note_update"),
    "DELETE": ("OLD TABLE AS old_rows", "audit_note_delete"),
}
_FOUND = """
    SELECT c.relname, t.tgname FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname LIKE %s
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""


def install(using: str = "default") -> int:
    """Make and remove triggers until they are as wanted. Return how many tables were touched."""
    missing = {name: sql for name, sql in _wanted() if name[0] in _tables(using)}
    there = _installed(using)
    tables = sorted({table for table, _name in missing.keys() ^ there})
    for table in tables:
        # A table at a time: each waits only for whoever writes to it.
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            for _table, name in sorted(one for one in there - missing.keys() if one[0] == table):
                cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
            for one in sorted(one for one in missing.keys() - there if one[0] == table):
                cursor.execute(missing[one])
    return len(tables)


def missing_triggers(using: str = "default") -> set[tuple[str, str]]:
    """Return (table, trigger) of those that should be there and are not, or are switched off."""
    return {name for name, _sql in _wanted()} - _installed(using, only_enabled=True)


def _wanted() -> list[tuple[tuple[str, str], str]]:
    return [
        ((one.table, name), sql)
        for one in watched_tables()
        for event in _EVENTS
        if event != "INSERT" or one.inserts
        for name, sql in [_definition(one, event)]
    ]


def _definition(one: Watched, event: str) -> tuple[str, str]:
    rows, function = _EVENTS[event]
    arguments = [one.key, one.parent, _array(one.secret), _array(one.ignored)]
    is_told = one.told and (one.told_all or event == "INSERT")
    condition = f" WHEN (coalesce(current_setting('{TOLD}', true), '') <> '{one.told}')" if is_told else ""
    body = (
        f'AFTER {event} ON "{one.table}" REFERENCING {rows} FOR EACH STATEMENT{condition}'
        f" EXECUTE FUNCTION {function}({', '.join(repr(text) for text in arguments)})"
    )
    name = f"{_PREFIX}{event.lower()}_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
    return name, f'CREATE TRIGGER "{name}" {body}'


def _array(names: tuple[str, ...]) -> str:
    return f"{{{','.join(names)}}}"


def _tables(using: str) -> set[str]:
    with connections[using].cursor() as cursor:
        cursor.execute(_FOUND, [f"{_PREFIX}%"])
        return {table for table, _trigger in cursor.fetchall()}


def _installed(using: str, *, only_enabled: bool = False) -> set[tuple[str, str]]:
    with connections[using].cursor() as cursor:
        cursor.execute(_FOUND + (" AND t.tgenabled IN ('O', 'A')" if only_enabled else ""), [f"{_PREFIX}%"])
        guards = ("audit_auditentry", "audit_recordedchange")
        return {(table, name) for table, name in cursor.fetchall() if name and table not in guards}
