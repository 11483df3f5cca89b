"""Pages of long lists by position instead of by number: the last page costs as little as the first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

# What of an address says where in the list one is.
PLACE = ("older", "newer", "end", "after")


@dataclass(frozen=True)
class Sort:
    """An order of rows: by an indexed field, then by key. Rows without a value are left out.

    `newest`, `older` and so on mean first, next and so on where the order is another one than "newest first".
    """

    field: str = "pk"
    descending: bool = True

    def rows(self, queryset: QuerySet[Row], *, backwards: bool = False) -> QuerySet[Row]:
        """Return the rows in this order, or in the opposite one."""
        sign = "-" if self.descending != backwards else ""
        if self.field == "pk":
            return queryset.order_by(f"{sign}pk")
        return queryset.filter(**{f"{self.field}__isnull": False}).order_by(sign + self.field, f"{sign}pk")

    def beyond(self, queryset: QuerySet[Row], pk: int | str, *, backwards: bool = False) -> QuerySet[Row]:
        """Return the rows after the one of that key, or before it; none where it is gone and its place unknown."""
        than = "lt" if self.descending != backwards else "gt"
        if self.field == "pk":
            return queryset.filter(**{f"pk__{than}": pk})
        value = queryset.model._default_manager.filter(pk=pk).values_list(self.field, flat=True).first()
        if value is None:
            return queryset.none()
        # The first condition is the one that an index answers.
        tie = Q(**{f"{self.field}__{than}": value}) | Q(**{f"pk__{than}": pk})
        return queryset.filter(tie, **{f"{self.field}__{than}e": value})


NEWEST_FIRST = Sort()


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows, newest first. `newer` and `older` are the queries of the neighbours, None at the ends."""

    rows: list[Row]
    newer: str | None
    older: str | None
    newest: str
    oldest: str


@dataclass(frozen=True)
class Ascending(Generic[Row]):
    """Some rows by ascending key. `first` and `next` are queries, None where there is nothing to go to."""

    rows: list[Row]
    first: str | None
    next: str | None


def read_key(text: str) -> int | None:
    """Return the key that the text is; None where it can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_of(
    queryset: QuerySet[Row],
    parameters: QueryDict,
    *,
    size: int,
    sort: Sort = NEWEST_FIRST,
    read: Callable[[str], int | str | None] = read_key,
    whole: QuerySet[Row] | None = None,
) -> KeysetPage[Row]:
    """Return the page that `?older=<pk>`, `?newer=<pk>` or `?end=1` asks for, else the newest.

    One query, no OFFSET, no COUNT. What `read` takes for no key is ignored, as if it were not there.

    `whole` are the same rows before they were narrowed. With it the page's keys are found first: an index has them in
    order beside what is narrowed by, where PostgreSQL would else read rows from the newest on, past all open ones.
    """
    older, newer = (read(parameters.get(name, "")) for name in ("older", "newer"))
    upwards = newer is not None or "end" in parameters
    if older is not None:
        queryset = sort.beyond(queryset, older)
    if newer is not None:
        queryset = sort.beyond(queryset, newer, backwards=True)
    found = sort.rows(queryset, backwards=upwards)
    if whole is not None:
        keys = found.values("pk")[: size + 1]
        found = sort.rows(whole.filter(pk__in=keys), backwards=upwards)
    rows = list(found[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if upwards:
        rows.reverse()
    has_newer = more if upwards else older is not None
    has_older = (newer is not None) if upwards else more
    return KeysetPage(
        rows,
        newer=_query(parameters, newer=rows[0].pk) if rows and has_newer else None,
        older=_query(parameters, older=rows[-1].pk) if rows and has_older else None,
        newest=_query(parameters),
        oldest=_query(parameters, end=1),
    )


def ascending_page(queryset: QuerySet[Row], parameters: QueryDict, *, size: int) -> Ascending[Row]:
    """Return the page after the row `?after=<pk>`, else the first. As `page_of` otherwise."""
    after = _key(parameters, "after") or 0
    rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Ascending(
        rows,
        first=_query(parameters) if after else None,
        next=_query(parameters, after=rows[-1].pk) if more else None,
    )


def _key(parameters: QueryDict, name: str) -> int | None:
    return read_key(parameters.get(name, ""))


def _query(parameters: QueryDict, **place: Any) -> str:
    kept = parameters.copy()
    for name in PLACE:
        kept.pop(name, None)
    for name, value in place.items():
        kept[name] = str(value)
    return f"?{kept.urlencode()}"
