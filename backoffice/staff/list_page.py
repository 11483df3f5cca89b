"""A list of staff pages, declared: what is in it, how it is narrowed and ordered, and who may mark its rows.

Its template extends `staff/list.html` and says what stands in the columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from backoffice.staff.filter_form import FilterForm
from backoffice.staff.keyset import NEWEST_FIRST, PLACE, Ascending, KeysetPage, Row, Sort, page_of
from backoffice.staff.list_counts import TAB_LIMIT, TOTAL_LIMIT, count_queries
from backoffice.staff.live import Live, live_version, versions_of
from backoffice.staff.models import ListSetting, SavedView
from backoffice.visibility import reader_key, visible

# Lists with a key of their own, which has views and settings.
LISTS: dict[str, type["ListPage[Any]"]] = {}


@dataclass(frozen=True)
class Tab:
    """A view of the list; `count` is None where counting would tell nothing. `saved` is a saved view's key."""

    title: Any
    query: str
    current: bool
    count: int | str | None = None
    saved: int | None = None


@dataclass(frozen=True)
class SortLink:
    """The heading of a column by which the list can be ordered; `direction` is as in `aria-sort`."""

    query: str
    direction: str


class ListPage(Generic[Row]):
    """One request's page of a list, newest first, in a number of queries that does not depend on its rows."""

    # Names the list where views and settings are kept; without it there are none.
    key: ClassVar[str] = ""
    # Who may see it, and who may remove a view that somebody else made.
    permission: ClassVar[str] = ""
    change_permission: ClassVar[str] = ""
    title: Any
    template_name: str
    # Of a request it holds what the reader sees; a list of another origin narrows its rows by `visible`.
    queryset: QuerySet[Row]
    paginate_by = 50
    filter_class: type[FilterForm] = FilterForm
    # (title, filters) of each tab.
    views: Sequence[tuple[Any, str]] = ()
    # Whether each view shows how much is in it, and the list how much was found: each filter then needs an index.
    counts_rows = False
    # Filters that no index answers alone: what they leave is read to be counted, so no further than for a tab.
    counted_by_reading: ClassVar[frozenset[str]] = frozenset()
    # Those of them whose index has no order: in any order the database stops at the limit, and else it reads all.
    counted_in_any_order: ClassVar[frozenset[str]] = frozenset()
    # (class, title) of the columns that one may hide.
    columns: ClassVar[Sequence[tuple[str, Any]]] = ()
    # Class of a column -> the indexed field by which the list can be ordered.
    sorts: ClassVar[Mapping[str, str]] = {}
    # Shown in the empty field of the search and read aloud; without them there is neither search nor filter.
    search_words: Any = ""
    empty_icon: str
    # Who has any of these may mark rows; none can be marked where it is empty.
    marks_permissions: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        if cls.key:
            LISTS[cls.key] = cls

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        # Lists are made of it, so that none has more in it than its reader sees; some are made of no table.
        if isinstance(rows := getattr(type(self), "queryset", None), QuerySet):
            self.queryset = visible(rows.all())
        self.filters = self.filter_class(request.GET)

    def get_queryset(self) -> QuerySet[Row]:
        """Return the rows that the filters leave."""
        return self.narrow(self.filters)

    def narrow(self, filters: FilterForm) -> QuerySet[Row]:
        """Return the rows that these filters leave."""
        return filters.filter_queryset(self.queryset.all())

    def get_rows(self, found: list[Row]) -> Sequence[Any]:
        """Return what the page shows of each of them."""
        return found

    def get_tabs(self) -> list[Tab]:
        """Return the views that everybody has, then those that the team keeps."""
        shown = canonical(self.request.GET)
        views: list[tuple[Any, str, int | None]] = [(title, query, None) for title, query in self.views]
        if self.key:
            views += SavedView.objects.filter(list_key=self.key).values_list("name", "query", "pk")
        counts = self._count([query for _title, query, _pk in views if query]) if self.counts_rows else {}
        return [
            Tab(title, query, canonical(QueryDict(query)) == shown, counts.get(query), pk) for title, query, pk in views
        ]

    @cached_property
    def total(self) -> str:
        """How many rows the filters leave; empty where it is not counted."""
        if not self.counts_rows:
            return ""
        query = self.request.GET.copy()
        for name in (*PLACE, "sort"):
            query.pop(name, None)
        asked = self.filters.values.keys()
        limit = TAB_LIMIT if self.counted_by_reading & asked else TOTAL_LIMIT
        in_order = not self.counted_in_any_order & asked
        return self._count([query.urlencode()], limit=limit, in_order=in_order)[query.urlencode()]

    def _count(self, queries: list[str], **options: Any) -> dict[str, str]:
        key = f"{self.key}.{self.request.user.pk}.{reader_key()}"
        return count_queries(queries, lambda one: self.narrow(self.filter_class(QueryDict(one))), key=key, **options)

    @cached_property
    def setting(self) -> ListSetting:
        """Return what the reader has chosen for this list."""
        kept = (
            ListSetting.objects.filter(user=self.request.user.pk, list_key=self.key).first() if self.columns else None
        )
        return kept or ListSetting(list_key=self.key)

    @cached_property
    def sort(self) -> Sort:
        """Return the order asked for; what the list cannot be ordered by is ignored."""
        name = self.request.GET.get("sort", "")
        field, descending = name.removeprefix("-"), name.startswith("-")
        return Sort(field, descending) if field in self.sorts.values() else NEWEST_FIRST

    @property
    def is_by_age(self) -> bool:
        """Whether pages are newer and older ones, and not merely the next."""
        return self.sort == NEWEST_FIRST

    def sort_link(self, column: str) -> SortLink | None:
        """Return the link of a column's heading: the other direction where the list is ordered by it."""
        field = self.sorts.get(column)
        if field is None:
            return None
        kept = self.request.GET.copy()
        for name in PLACE:
            kept.pop(name, None)
        is_current = self.sort.field == field
        kept["sort"] = field if is_current and self.sort.descending else f"-{field}"
        direction = ("descending" if self.sort.descending else "ascending") if is_current else "none"
        return SortLink(f"?{kept.urlencode()}", direction)

    @property
    def is_narrowed(self) -> bool:
        """Whether rows may be missing because of what was asked for."""
        return bool(self.request.GET) and bool(self.search_words or self.filters.panel)

    @cached_property
    def may_mark(self) -> bool:
        return any(self.request.user.has_perm(name) for name in self.marks_permissions)

    @property
    def may_change(self) -> bool:
        return self.request.user.has_perm(self.change_permission)

    def get_redirect(self) -> str:
        """Return the address of the one row that was meant, to be opened instead of the list; empty where none was."""
        return ""

    def get_page(self) -> KeysetPage[Row] | Ascending[Row]:
        # Where rows are counted, each filter has an index.
        whole = self.queryset.all() if self.counts_rows else None
        return page_of(self.get_queryset(), self.request.GET, size=self.paginate_by, sort=self.sort, whole=whole)

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

    A search, an order, and how far one has paged, are within a view.
    """
    kept = QueryDict(mutable=True)
    for name, value in sorted(parameters.items()):
        if value and name not in (*PLACE, "q", "sort"):
            kept[name] = str(value)
    return kept.urlencode()
