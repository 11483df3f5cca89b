"""A list of staff pages, declared: what is in it, how it is narrowed, and who may mark its rows.

Its template extends `staff/list.html` and says what stands in the columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from backoffice.staff.filter_form import FilterForm
from backoffice.staff.keyset import PLACE, Ascending, KeysetPage, Row, page_of
from backoffice.staff.live import Live, live_version, versions_of


@dataclass(frozen=True)
class Tab:
    """A view of the list; `count` is None where counting would tell nothing. `saved` is a saved view's key."""

    title: Any
    query: str
    current: bool
    count: int | str | None = None
    saved: int | None = None


class ListPage(Generic[Row]):
    """One request's page of a list, newest first, in a number of queries that does not depend on its rows."""

    title: Any
    template_name: str
    queryset: QuerySet[Row]
    paginate_by = 50
    filter_class: type[FilterForm] = FilterForm
    # (title, filters) of each tab.
    views: Sequence[tuple[Any, str]] = ()
    # Shown in the empty field of the search and read aloud; without them there is neither search nor filter.
    search_words: Any = ""
    empty_icon: str
    # Who has any of these may mark rows; none can be marked where it is empty.
    marks_permissions: tuple[str, ...] = ()

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.filters = self.filter_class(request.GET)

    def get_queryset(self) -> QuerySet[Row]:
        """Return the rows that the filters leave."""
        return self.filters.filter_queryset(self.queryset.all())

    def get_rows(self, found: list[Row]) -> Sequence[Any]:
        """Return what the page shows of each of them."""
        return found

    def get_tabs(self) -> list[Tab]:
        shown = canonical(self.request.GET)
        return [Tab(title, query, canonical(QueryDict(query)) == shown) for title, query in self.views]

    @property
    def is_narrowed(self) -> bool:
        """Whether rows may be missing because of what was asked for."""
        return bool(self.request.GET) and bool(self.search_words or self.filters.panel)

    @property
    def may_mark(self) -> bool:
        return any(self.request.user.has_perm(name) for name in self.marks_permissions)

    def get_page(self) -> KeysetPage[Row] | Ascending[Row]:
        return page_of(self.get_queryset(), self.request.GET, size=self.paginate_by)

    @cached_property
    def page(self) -> KeysetPage[Row] | Ascending[Row]:
        return self.get_page()

    def get_version(self) -> Live:
        """Return the version of the page: of its rows and of what `get_related_version` adds."""
        keys = [row.pk for row in self.page.rows]
        return live_version(keys, versions_of(self.page.rows), self.get_related_version(keys))

    def get_related_version(self, keys: list[Any]) -> Any:
        """Return what changes with whatever else the rows show."""
        return ()

    def get_context_data(self) -> dict[str, Any]:
        page = self.page
        return {
            "list": self,
            "filters": self.filters,
            "searched": self.filters.values.get("q", ""),
            "tabs": self.get_tabs(),
            "page": page,
            "rows": self.get_rows(page.rows),
        }


def canonical(parameters: Mapping[str, Any]) -> str:
    """Return the filters alone, in one order: two addresses with the same filters are the same view.

    A search, and how far one has paged, are within a view.
    """
    kept = QueryDict(mutable=True)
    for name, value in sorted(parameters.items()):
        if value and name not in (*PLACE, "q"):
            kept[name] = str(value)
    return kept.urlencode()
