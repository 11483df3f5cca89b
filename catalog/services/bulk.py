# ruff: noqa: S608  # names of tables and columns come from our own models
"""Writing many rows at once: new ones straight by COPY, others through a temporary table.

Rows are tuples in the order of the columns given. All of it belongs inside a transaction of the caller.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import msgspec
from django.db import connection
from django.db.models import Model
from django.db.transaction import TransactionManagementError

_JSON = msgspec.json.Encoder(decimal_format="number", order="deterministic")


@dataclass(frozen=True)
class ChildTable:
    """A table whose rows belong to a parent row; `key` (the parent's column first) is unique, `values` is the rest."""

    model: type[Model]
    key: tuple[str, ...]
    values: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.key + self.values

    @property
    def parent(self) -> str:
        return self.key[0]


def to_json(value: Any) -> str:
    """Return JSON text for a COPY into a jsonb column; numbers stay numbers."""
    return _JSON.encode(value).decode()


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Return ids that the next rows of a table will have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that are known to be new."""
    _copy(model._meta.db_table, columns, rows)


def update_rows(model: type[Model], columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """Overwrite the rows whose id is the first column."""
    if not rows:
        return
    stage = _stage(model, columns, rows)
    assignments = ", ".join(f"{column} = s.{column}" for column in columns[1:])
    _execute(f"UPDATE {model._meta.db_table} t SET {assignments} FROM {stage} s WHERE t.id = s.id")


def upsert_children(table: ChildTable, rows: Collection[Sequence[Any]]) -> list[int]:
    """Insert what is missing and overwrite what differs; equal rows are not written. Return the parents of those that
    were, one for each.
    """
    if not rows:
        return []
    return _upsert(table, _stage(table.model, table.columns, rows))


def replace_children(table: ChildTable, parents: Sequence[int], rows: Collection[Sequence[Any]]) -> int:
    """Make `rows` all that these parents have: as upsert_children, and delete the others. Return how many changed."""
    if not parents:
        return 0
    stage = _stage(table.model, table.columns, rows)
    same_key = " AND ".join(f"s.{column} = t.{column}" for column in table.key)
    deleted = _execute(
        f"DELETE FROM {table.model._meta.db_table} t WHERE t.{table.parent} = ANY(%s)"
        f" AND NOT EXISTS (SELECT FROM {stage} s WHERE {same_key})",
        [list(parents)],
    )
    return deleted + len(_upsert(table, stage))


def read_children(table: ChildTable, parents: Sequence[int]) -> dict[int, set[tuple[Any, ...]]]:
    """Return the rows of these parents without the parent's column, by parent."""
    found: dict[int, set[tuple[Any, ...]]] = {}
    rows = table.model._default_manager.filter(**{f"{table.parent}__in": parents}).values_list(*table.columns)
    for parent, *row in rows:
        found.setdefault(parent, set()).add(tuple(row))
    return found


def _upsert(table: ChildTable, stage: str) -> list[int]:
    name, columns, key = table.model._meta.db_table, ", ".join(table.columns), ", ".join(table.key)
    then = "DO NOTHING"
    if table.values:
        assignments = ", ".join(f"{column} = EXCLUDED.{column}" for column in table.values)
        before = ", ".join(f"t.{column}" for column in table.values)
        after = ", ".join(f"EXCLUDED.{column}" for column in table.values)
        then = f"DO UPDATE SET {assignments} WHERE ({before}) IS DISTINCT FROM ({after})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name} AS t ({columns}) SELECT {columns} FROM {stage} ON CONFLICT ({key}) {then}"
            f" RETURNING {table.parent}"
        )
        return [row[0] for row in cursor.fetchall()]


def _stage(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Fill the temporary table that has these columns of the model's table. Return its name.

    It ends with this transaction: behind a pooler the next one may belong to another session.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows are written at once inside a transaction only.")
    stage = f"stage_{model._meta.db_table}_{crc32(','.join(columns).encode()):x}"
    _execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DROP"
        f" AS SELECT {', '.join(columns)} FROM {model._meta.db_table} WITH NO DATA"
    )
    _execute(f"TRUNCATE {stage}")
    _copy(stage, columns, rows)
    return stage


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    # COPY goes past Django, which turns the driver's errors into its own elsewhere.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _execute(statement: str, values: Sequence[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
