"""How many rows a list has: exact up to a limit, where the database stops counting, and at most some seconds old."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.formats import number_format

KEPT_SECONDS = 20
TAB_LIMIT, TOTAL_LIMIT = 999, 9_999


def count_queries(
    queries: list[str],
    rows_of: Callable[[str], QuerySet[Any]],
    *,
    key: str,
    limit: int = TAB_LIMIT,
    in_order: bool = True,
) -> dict[str, str]:
    """Return the number of rows by query, as text ("999+" beyond the limit). `key` names list and reader. They are
    counted from the newest on, by the index that has them in order, unless the only index has none.
    """
    order = ["-pk"] if in_order else []
    keys = {query: _cache_key(query, key=key, limit=limit) for query in queries}
    known: dict[str, int] = cache.get_many(keys.values())
    counted = {
        place: rows_of(query).order_by(*order).values("pk")[: limit + 1].count()
        for query, place in keys.items()
        if place not in known
    }
    if counted:
        cache.set_many(counted, KEPT_SECONDS)
    return {query: _text((known | counted)[place], limit=limit) for query, place in keys.items()}


def _text(count: int, *, limit: int) -> str:
    shown = number_format(min(count, limit), use_l10n=True, force_grouping=True)
    return f"{shown}+" if count > limit else shown


def _cache_key(query: str, *, key: str, limit: int) -> str:
    return f"list.{key}.{limit}.{blake2b(query.encode(), digest_size=12).hexdigest()}"
