"""Rows with moments of the past, written at once: the ORM would date them today."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from catalog.services.bulk import reserve_ids


def number_rows(rows: Sequence[models.Model]) -> None:
    """Give new rows of one model the ids that others name them by."""
    if rows:
        for row, pk in zip(rows, reserve_ids(type(rows[0]), len(rows)), strict=True):
            row.pk = pk


def write_past(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model in one statement, exactly as they are: with their own dates, and nobody called who
    follows such rows. As an INSERT, so that the audit trail knows who wrote them.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    fields = [field for field in fields if rows[0].pk is not None or not field.primary_key]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    values = [{field.column: _value(field, row) for field in fields} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({names}) SELECT {names}"  # noqa: S608 - own names
            f" FROM jsonb_populate_recordset(NULL::{meta.db_table}, %s::jsonb)",
            [msgspec.json.encode(values).decode()],
        )


def _value(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if field.is_relation and value is None and (related := field.get_cached_value(row, default=None)) is not None:
        return related.pk  # it got its id after it was named here
    if isinstance(value, DatabaseDefault):
        value = field.db_default
    # What is JSON in its column is a part of the JSON that all of it is sent as.
    return value if isinstance(field, models.JSONField) else field.get_prep_value(value)
