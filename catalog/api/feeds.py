"""Reading the catalogue in the order of its changes, so that a copy of it is kept up to date by what changed.

`catalog/services/revisions.py` says why nothing is missed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from django.db.models import BooleanField, ExpressionWrapper, Max, Model, Q, QuerySet
from msgspec import Meta, Struct
from rest_framework.request import Request

from backoffice.api.pagination import CursorPage, PageQuery, build_next, decode_cursor, encode_cursor, read_newest
from backoffice.api.validation import MalformedInput
from backoffice.text.datetimes import in_utc, within_calendar
from backoffice.text.translatable import gettext as _

Row = TypeVar("Row", bound=Model)
_STEP = timedelta(microseconds=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class FeedQuery(PageQuery, kw_only=True):
    """`updated_since` reads by change, anything else newest first."""

    updated_since: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(
            description="What was changed then or later, in the order of change, with what left the catalogue. A first "
            "reading begins with 1970-01-01T00:00:00Z, each further one with the `resume_at` of the one before.",
            examples=["1970-01-01T00:00:00Z"],
        ),
    ] = None

    def __post_init__(self) -> None:
        self.updated_since = self.updated_since and within_calendar(self.updated_since)


class FeedPosition(Struct, array_like=True, forbid_unknown_fields=True):
    """Where a page ended: its last row, and the newest change that there was when the reading began."""

    id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    revised_at: Annotated[datetime, Meta(tz=True)]
    began_at: Annotated[datetime, Meta(tz=True)]

    def __post_init__(self) -> None:
        self.revised_at, self.began_at = in_utc(self.revised_at), in_utc(self.began_at)


class FeedPage(Struct):
    """`rows` that are shown, and `removed`, which are not any more. Either there is a `cursor` to go on with, or, by
    change, the reading is over and the next one begins at `resume_at`.
    """

    rows: Sequence[Any]
    removed: Sequence[Any]
    cursor: str
    resume_at: datetime | None = None


def read_feed(rows: QuerySet[Row], *, query: FeedQuery, shown: Q, filters: Sequence[str] = ()) -> FeedPage:
    """Return one page of the rows. `filters` are the names of the query's that go with newest first only.

    Raises MalformedInput for a cursor that is not ours, and for filters by change: what leaves a filter would stay in
    every copy.
    """
    if query.updated_since is None:
        page = read_newest(rows.filter(shown), query=query)
        return FeedPage(page.rows, [], page.cursor)
    if given := [name for name in filters if getattr(query, name)]:
        text = _("Changes always cover the whole catalogue. Omit either this filter or `updated_since`.")
        raise MalformedInput(
            _("The query parameters do not match the documentation."), errors={name: [text] for name in given}
        )
    return _read_changes(rows, query=query, since=query.updated_since, shown=shown)


def _read_changes(rows: QuerySet[Row], *, query: FeedQuery, since: datetime, shown: Q) -> FeedPage:
    if query.cursor:
        position = decode_cursor(query.cursor, FeedPosition)
        passed = Q(revised_at=position.revised_at, pk__lte=position.id)
        found = rows.filter(revised_at__gte=position.revised_at).exclude(passed)
    else:
        newest = rows.aggregate(newest=Max("revised_at"))["newest"]
        position = FeedPosition(0, since, newest or _BEGINNING)
        found = rows.filter(revised_at__gte=since)
    if since <= _BEGINNING:
        # Who has nothing yet misses nothing that went, unless it was on an earlier page of this reading.
        found = found.filter(shown | Q(revised_at__gt=position.began_at))
    marked = found.annotate(is_shown=ExpressionWrapper(shown, BooleanField()))
    page: list[Any] = list(marked.order_by("revised_at", "pk")[: query.page_size + 1])
    kept = page[: query.page_size]
    visible = [row for row in kept if row.is_shown]
    removed = [row for row in kept if not row.is_shown]
    if len(page) > len(kept):
        cursor = encode_cursor(FeedPosition(kept[-1].pk, kept[-1].revised_at, position.began_at))
        return FeedPage(visible, removed, cursor)
    # All up to `began_at` was seen on the way here, and more where something changed meanwhile.
    last = max(position.began_at, kept[-1].revised_at if kept else position.revised_at)
    return FeedPage(visible, removed, "", max(since, last + _STEP))


def next_address(request: Request, page: FeedPage) -> str | None:
    """Return the address of the next page, with all filters kept."""
    return build_next(request, CursorPage(page.rows, page.cursor))
