"""Finds fields that are loaded row by row: one query for each row whose field was left out of the first one.

`only()` and `defer()` make such rows, and Django loads without a word what was left out, once it is read; for rows of
a related manager it reads their foreign key itself.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

# A page may read one field more of the one thing that it shows.
MOST = 3
# Megabytes, fetched for one import when it is read: tests that make several fetch several.
ONE_BY_ONE = {"importing.orderimport.content"}


@contextmanager
def counted_loads() -> Iterator[Counter[str]]:
    """Yield how often each field ("orders.order.number") is loaded after its row, as it is counted."""
    loads: Counter[str] = Counter()
    load = DeferredAttribute.__get__

    def counted(attribute: Any, instance: Model | None, cls: type[Model] | None = None) -> Any:
        if instance is not None and attribute.field.attname not in instance.__dict__:
            loads[f"{instance._meta.label_lower}.{attribute.field.attname}"] += 1
        return load(attribute, instance, cls)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DeferredAttribute, "__get__", counted)
        yield loads


def too_often(loads: Counter[str]) -> dict[str, int]:
    return {field: count for field, count in loads.items() if count > MOST and field not in ONE_BY_ONE}
