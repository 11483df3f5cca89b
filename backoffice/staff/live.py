"""Pages that follow the server while they are open (`live.js`).

A page names the version of what it shows. A few seconds later the browser asks for it again with that version, and
gets an empty response while nothing has changed: a query or two, and nothing is rendered.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.db.models import CharField, Model, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse

# With the version that the browser has; in each request that a page makes by itself, which is no use of a session.
HEADER = "X-Live"
SECONDS = 3
# Ages are shown as text: after so long a page is another one although no row has changed.
_RELATIVE_TIMES_LAST = 60


@dataclass(frozen=True)
class Live:
    """How often a page asks, and which version of itself it shows; the base template writes both into its head."""

    version: str
    seconds: int = SECONDS

    def unchanged(self, request: HttpRequest) -> HttpResponse | None:
        """Return the empty response for a browser that has this version already."""
        return HttpResponse(status=204) if request.headers.get(HEADER) == self.version else None


def live_version(*shown: Any) -> Live:
    """Return the version of a page that shows this: keys and versions of rows, newest ids, counts."""
    text = repr((int(time.time() / _RELATIVE_TIMES_LAST), shown))
    return Live(blake2b(text.encode(), digest_size=12).hexdigest())


def row_versions(*queries: QuerySet[Any]) -> list[tuple[str, Any, str]]:
    """Return table, key and version of each row, sorted, in one query for all.

    The version is PostgreSQL's `xmin`, which each write of the row changes, bulk writes too.
    """
    first, *others = [_versions(rows) for rows in queries]
    return sorted(first.union(*others, all=True) if others else first)


def versions_of(rows: Sequence[Model]) -> list[tuple[str, Any, str]]:
    """Return as `row_versions`, for rows of one model that have been read already."""
    return row_versions(type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])) if rows else []


def _versions(rows: QuerySet[Any]) -> QuerySet[Any, tuple[str, Any, str]]:
    table = rows.model._meta.db_table
    version = RawSQL(f'"{table}"."xmin"::text', [], output_field=CharField())  # noqa: S611
    named = rows.annotate(row_table=Value(table), row_version=version)
    return named.values_list("row_table", "pk", "row_version")
