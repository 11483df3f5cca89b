"""Rows of shops that a reader must not see: each of their texts begins with a word that stands nowhere else."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, Model, TextField, Value
from django.db.models.functions import Concat, Left

from backoffice.accounts.models import Shop
from backoffice.visibility import SHARED
from catalog.models import ChangeSet, TableImport

ZEBRA = "zebra"
# What people, shops and vendors write. Codes, kinds and addresses of our own have a form that pages rely on.
TEXTS = frozenset(
    {
        "about_name", "answer", "author_name", "care_of", "cause", "city", "company", "customer", "customer_email",
        "customer_firstname", "customer_lastname", "decision", "description", "description_html", "detail", "email",
        "error", "file_name", "firstname", "gift_message", "label", "last_failure", "lastname", "message", "name",
        "note", "number", "preferences", "problem", "reason", "recipient", "reference", "request", "shop_reference",
        "store_name", "street", "subject", "subject_line", "text", "title", "tracking_code", "url", "woo_name",
    }
)  # fmt: skip


def not_shared() -> Iterator[type[Model]]:
    """Yield the models whose rows are of shops."""
    yield from (model for model in apps.get_models() if model not in SHARED and model._meta.managed)


def plant() -> None:
    """Begin every text of the rows that are there with the word, none of which is of all shops then."""
    first = Shop.objects.earliest("pk")
    ChangeSet.objects.update(shop=first)
    TableImport.objects.update(change_set=ChangeSet.objects.earliest("pk"))
    for model in not_shared():
        changes = {
            field.name: Left(Concat(Value(ZEBRA), field.name), field.max_length)
            if field.max_length
            else Concat(Value(ZEBRA), field.name)
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField)
            and not isinstance(field, ArrayField)
            and not field.choices
            and field.name in TEXTS
        }
        if changes:
            model._base_manager.update(**changes)


def keys() -> dict[type[Model], list[Any]]:
    """Return the keys of the rows that are there."""
    return {model: list(model._base_manager.values_list("pk", flat=True)) for model in not_shared()}


def digests(rows: Mapping[type[Model], list[Any]]) -> dict[str, str]:
    """Return a digest of these rows of each model; of what was deleted it is another one."""
    found = {}
    with connection.cursor() as cursor:
        for model, some in rows.items():
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(
                f'SELECT md5(string_agg(row::text, \'\' ORDER BY row."{key}")) FROM "{table}" row'
                f' WHERE row."{key}" = ANY(%s)',
                [some],
            )
            found[model._meta.label] = cursor.fetchone()[0]
    return found
