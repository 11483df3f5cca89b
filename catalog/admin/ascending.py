"""Pages of rows from the first to the last by position: `?after=<pk>` goes on where the page before ended."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Ascending(Generic[Row]):
    """Rows by ascending key. `first` and `next` are queries, None where there is nothing to go to."""

    rows: list[Row]
    first: str | None
    next: str | None


def ascending_page(queryset: QuerySet[Row], parameters: QueryDict, *, size: int) -> Ascending[Row]:
    """One query, no OFFSET, no COUNT. What is not a number is ignored."""
    after = parameters.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    found = list(queryset.filter(pk__gt=start).order_by("pk")[: size + 1])
    rows = found[:size]
    return Ascending(
        rows,
        first=_place(parameters) if start else None,
        next=_place(parameters, after=rows[-1].pk) if len(found) > size else None,
    )


def _place(parameters: QueryDict, **place: Any) -> str:
    kept = parameters.copy()
    kept.pop("after", None)
    for name, value in place.items():
        kept[name] = str(value)
    return f"?{kept.urlencode()}"
