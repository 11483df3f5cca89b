"""Everything that is kept encrypted, sealed anew under the newest key, so that older ones can be dropped."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from backoffice.model_fields import SealedJSONField

BATCH = 500


@dataclass(frozen=True)
class SealedColumn:
    """A column of a table with sealed values."""

    model: type[Model]
    name: str
    # Of a JSON column: the key whose value is sealed.
    key: str = ""

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}{self.key and '.'}{self.key}"

    @property
    def value(self) -> str:
        """The sealed value, in SQL."""
        return f"{self.name}->>'{self.key}'" if self.key else self.name

    @property
    def renewed(self) -> str:
        """What the column becomes with the new value, in SQL."""
        return f"jsonb_set(t.{self.name}, '{{{self.key}}}', to_jsonb(n.new))" if self.key else "n.new"


# What libraries keep sealed within a JSON column: (label of the model, column, key). Apps add theirs.
SEALED_KEYS: list[tuple[str, str, str]] = []


@dataclass
class Seals:
    """How many values the newest key opens, an older one, and none."""

    newest: int = 0
    older: int = 0
    lost: int = 0


def sealed_columns() -> Iterator[SealedColumn]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedJSONField):
                yield SealedColumn(model, str(field.column))
    for label, name, key in SEALED_KEYS:
        yield SealedColumn(apps.get_model(label), name, key)


def reseal(column: SealedColumn) -> Seals:
    """Seal every value that an older key opens with the newest; what no key opens stays as it is. Return the counts.

    May be stopped and run again at any time, beside everything else.
    """
    counts = Seals()
    # A value that somebody changed meanwhile is under the newest key already.
    update = (
        f"UPDATE {column.model._meta.db_table} t SET {column.name} = {column.renewed}"  # noqa: S608 - names of our own models
        f" FROM unnest(%s::text[], %s::text[], %s::text[]) AS n (pk, old, new)"
        f" WHERE t.{_key(column)}::text = n.pk AND t.{column.value} = n.old"
    )
    for rows in _batches(column):
        older = [(pk, value) for pk, value, kind in _counted(rows, counts) if kind == "older"]
        renewed = [_all_keys().rotate(value.encode()).decode() for _, value in older]
        with connection.cursor() as cursor:
            cursor.execute(update, [[pk for pk, _ in older], [value for _, value in older], renewed])
    return counts


def count_seals(column: SealedColumn, *, most: int | None = None) -> Seals:
    """Return how the column's values are sealed; of its first rows and its last ones, when `most` is given."""
    counts = Seals()
    ends = (_read(column, f"ORDER BY {_key(column)} {order} LIMIT %s", [most]) for order in ("ASC", "DESC"))
    for rows in _batches(column) if most is None else ends:
        list(_counted(rows, counts))
    return counts


def _counted(rows: list[tuple[str, str]], counts: Seals) -> Iterator[tuple[str, str, str]]:
    """Yield primary key, value and which key opens it, and count."""
    newest, every = Fernet(settings.ENCRYPTION_KEYS[0]), _all_keys()
    for pk, value in rows:
        kind = "newest" if _opens(newest, value) else "older" if _opens(every, value) else "lost"
        setattr(counts, kind, getattr(counts, kind) + 1)
        yield pk, value, kind


def _opens(cipher: Fernet | MultiFernet, value: str) -> bool:
    try:
        cipher.decrypt(value.encode())
    except InvalidToken:
        return False
    return True


def _all_keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def _batches(column: SealedColumn) -> Iterator[list[tuple[str, str]]]:
    after: list[str] = []
    while rows := _read(
        column, f"{'AND ' + _key(column) + ' > %s' if after else ''} ORDER BY {_key(column)} LIMIT %s", [*after, BATCH]
    ):
        yield rows
        after = [rows[-1][0]]


def _read(column: SealedColumn, rest: str, values: list[Any]) -> list[tuple[str, str]]:
    table = column.model._meta.db_table  # as all names here our own
    statement = f"SELECT {_key(column)}, {column.value} FROM {table} WHERE {column.value} IS NOT NULL {rest}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(str(pk), value) for pk, value in cursor.fetchall()]


def _key(column: SealedColumn) -> str:
    return str(column.model._meta.pk.column)
