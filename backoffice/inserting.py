"""New rows written in one statement, where the ORM's own way would be felt: in what each order writes.

Django's insert compiler goes through the fields of every row six times and builds the statement anew each time. Here it
is built once per model and number of rows.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from django.db.models.sql import InsertQuery

Row = TypeVar("Row", bound=models.Model)
# What stands for a field in the statement, with the values for its places.
Part = tuple[str, Sequence[Any]]
_PLAIN = {"BooleanField": bool, "CharField": str, "TextField": str} | dict.fromkeys(
    ("BigIntegerField", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField"), int
)
# Statements kept: a model's with one, two, three ... rows.
STATEMENTS = 256


def insert_rows(rows: Sequence[Row]) -> list[Row]:
    """Write new rows of one model in one statement, and give them their ids where they have none.

    As `bulk_create`: no signals, no `save`. Rows with ids and rows without do not mix (ValueError).
    """
    if not rows:
        return []
    model, has_ids = type(rows[0]), rows[0].pk is not None
    if any((row.pk is not None) != has_ids for row in rows):
        raise ValueError("Rows with ids and rows without cannot be written together.")
    fields, database = _fields(model, has_ids), connections[DEFAULT_DB_ALIAS]
    parts = [_part_of(field, row, database) for row in rows for field in fields]
    statement = _statement(model, has_ids, tuple(sql for sql, _values in parts))
    with database.cursor() as cursor:
        cursor.execute(statement, [value for _sql, values in parts for value in values])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, database.alias
    return list(rows)


@cache
def _fields(model: type[models.Model], has_ids: bool) -> list[Any]:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return [field for field in fields if has_ids or not field.primary_key]


def _part_of(field: Any, row: models.Model, database: Any) -> Part:
    if field.is_relation:
        _take_over_id(field, row)
    value = field.pre_save(row, add=True)
    if value is None or type(value) is _plain_type(field):
        return "%s", (value,)
    if not hasattr(value, "resolve_expression"):
        return "%s", (field.get_db_prep_save(value, database),)
    if isinstance(value, DatabaseDefault):
        return "DEFAULT", ()
    query = InsertQuery(type(row))
    return query.get_compiler(connection=database).compile(value.resolve_expression(query, for_save=True))


@cache
def _plain_type(field: Any) -> type | None:
    """Return the type of which values go to the driver as they are, None where the field changes them or may do so."""
    owner = type(field).get_prep_value.__module__, type(field).get_db_prep_value.__module__
    return _PLAIN.get(field.get_internal_type()) if set(owner) == {models.Field.__module__} else None


def _take_over_id(field: Any, row: models.Model) -> None:
    """Take over the id of a row that got it after it was assigned; raise ValueError where it has none yet."""
    if getattr(row, field.attname) is None and (related := field.get_cached_value(row, default=None)) is not None:
        if related.pk is None:
            raise ValueError(f"{field} names a row that is not saved.")
        setattr(row, field.attname, related.pk)


@lru_cache(maxsize=STATEMENTS)
def _statement(model: type[models.Model], has_ids: bool, parts: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in _fields(model, has_ids)]
    width = len(columns)
    rows = ", ".join(f"({', '.join(parts[start : start + width])})" for start in range(0, len(parts), width))
    key = quote(str(model._meta.pk.column))
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows} RETURNING {key}"  # noqa: S608 - own names
