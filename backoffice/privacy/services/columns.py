"""Columns of rows emptied, or the person taken out of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from backoffice.privacy.registry import Holder
from backoffice.privacy.services.spellings import Scrubber

AT_ONCE = 500


def empty_value(field: Any) -> Any:
    """Return what stands in the column when nothing does."""
    if field.null:
        return None
    if isinstance(field, models.BinaryField):
        return b""
    if isinstance(field, models.BooleanField):
        return False
    return field.get_default() if field.has_default() else ""


def clear_columns(holder: Holder, rows: QuerySet[Any]) -> None:
    """Empty the columns of these rows that are said to end so."""
    fields: dict[str, Any] = {name: holder.model._meta.get_field(name) for name in holder.emptied}
    if fields:
        rows.update(**{name: empty_value(field) for name, field in fields.items()})


def scrub_rows(holder: Holder, rows: Iterable[Any], *, scrubber: Scrubber, names: Sequence[str] = ()) -> int:
    """Take the person out of the columns of these rows, those that are scrubbed unless `names` says which; return how
    many changed.
    """
    changed, columns = [], list(names) or holder.scrubbed
    for row in rows:
        values = {name: getattr(row, name) for name in columns}
        scrubbed = {name: scrubber.scrub(value) for name, value in values.items()}
        if moved := {name: new for name, new in scrubbed.items() if new != _comparable(values[name])}:
            for name, new in moved.items():
                setattr(row, name, new)
            changed.append(row)
    if changed:
        holder.model._base_manager.bulk_update(changed, columns, batch_size=AT_ONCE)
    return len(changed)


def rows_naming(holder: Holder, *, scrubber: Scrubber, after: Any, upto: Any) -> QuerySet[Any]:
    """Return the rows of a range of keys that name the person in a column that is scrubbed."""
    rows = holder.model._base_manager.filter(pk__gt=after, pk__lte=upto)
    condition = " OR ".join(f"{_as_text(holder.model, name)} ~* %s" for name in holder.scrubbed)
    patterns = [_pattern(holder.model, name, scrubber) for name in holder.scrubbed]
    return rows.filter(RawSQL(f"({condition})", patterns, output_field=models.BooleanField()))  # noqa: S611 - columns are ours


def _as_text(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    column = f"{connection.ops.quote_name(model._meta.db_table)}.{connection.ops.quote_name(field.column)}"
    return f"encode({column}, 'escape')" if isinstance(field, models.BinaryField) else f"{column}::text"


def _pattern(model: type[models.Model], name: str, scrubber: Scrubber) -> str:
    """Return the pattern as PostgreSQL reads it; bytes that are no ASCII are shown by their numbers there."""
    if not isinstance(model._meta.get_field(name), models.BinaryField):
        return scrubber.certain
    text = scrubber.certain.replace("\\\\", "\\\\\\\\")
    return "".join(one if one.isascii() else "".join(f"\\\\{byte:03o}" for byte in one.encode()) for one in text)


def _comparable(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else list(value) if isinstance(value, tuple) else value
