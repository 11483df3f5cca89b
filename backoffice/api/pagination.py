"""Pages by position in an index, never by counting: as fast at the last page as at the first.

A cursor says after which row to go on. Rows that come or change in between are neither skipped nor repeated.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request

from backoffice.api.validation import MalformedInput
from backoffice.text.datetimes import in_utc
from backoffice.text.translatable import gettext as _
from backoffice.web.links import public_url

Position = TypeVar("Position", bound=msgspec.Struct)
Row = TypeVar("Row", bound=Model)
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
# A change is stamped before it is committed, so that one with an older stamp may appear after one with a newer.
# No transaction of ours takes nearly as long.
LONGEST_TRANSACTION = timedelta(seconds=120)


class PageQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    cursor: Annotated[str, msgspec.Meta(max_length=300, description="From `next` of the page before.")] = ""
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50


class After(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a page ended. `changed_at` and `resume_at` only when changes are read."""

    id: Id
    changed_at: datetime | None = None
    resume_at: datetime | None = None

    def __post_init__(self) -> None:
        self.changed_at = self.changed_at and in_utc(self.changed_at)
        self.resume_at = self.resume_at and in_utc(self.resume_at)


class CursorPage(msgspec.Struct):
    """`rows` in order, and the cursor of the next page, empty at the end."""

    rows: Sequence[Any]
    cursor: str
    resume_at: datetime | None = None


def read_newest(rows: QuerySet[Row], *, query: PageQuery) -> CursorPage:
    """Return one page, newest first. Raise MalformedInput for a cursor that is not ours."""
    if query.cursor:
        rows = rows.filter(pk__lt=decode_cursor(query.cursor, After).id)
    page = list(rows.order_by("-pk")[: query.page_size + 1])
    more = len(page) > query.page_size
    return CursorPage(page[: query.page_size], encode_cursor(After(page[query.page_size - 1].pk)) if more else "")


def read_changes(rows: QuerySet[Row], *, query: PageQuery, since: datetime) -> CursorPage:
    """Return one page of rows changed since then, in order of their change (`updated_at`).

    `resume_at` is the `since` of the next reading that misses nothing: fixed by the first page of this one, and
    somewhat back, since changes are not committed in the order of their stamps. What is read twice has the same stamp.
    """
    after = decode_cursor(query.cursor, After) if query.cursor else After(0)
    # What the page is read from may be behind, too (`backoffice.replica`).
    lag = timedelta(seconds=settings.REPLICA_LAG_SECONDS if settings.REPLICA_DATABASE_URL else 0)
    resume_at = after.resume_at or max(since, timezone.now() - LONGEST_TRANSACTION - lag)
    if after.changed_at:
        passed = Q(updated_at=after.changed_at, pk__lte=after.id)
        rows = rows.filter(updated_at__gte=after.changed_at).exclude(passed)
    else:
        rows = rows.filter(updated_at__gte=since)
    page = list(rows.order_by("updated_at", "pk")[: query.page_size + 1])
    if len(page) <= query.page_size:
        return CursorPage(page, "", resume_at)
    last: Any = page[query.page_size - 1]
    return CursorPage(page[: query.page_size], encode_cursor(After(last.pk, last.updated_at, resume_at)), resume_at)


def build_next(request: Request, page: CursorPage) -> str | None:
    """Return the address of the next page, with all filters kept."""
    return build_address(request, cursor=page.cursor) if page.cursor else None


def build_address(request: Request, **parameters: str) -> str:
    """Return the request's own address with all its parameters, and with these instead of what they were."""
    query = request.GET.copy()
    for name, value in parameters.items():
        query[name] = value
    return public_url(f"{request.path}?{query.urlencode()}" if query else request.path)


def encode_cursor(after: msgspec.Struct) -> str:
    """Return a position as the text that clients hand back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(after)).rstrip(b"=").decode()


def decode_cursor(cursor: str, kind: type[Position]) -> Position:
    """Return the position. Raises MalformedInput for a text that is not such a cursor of ours."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=kind)
    except ValueError:
        text = _("Use the cursor from `next` of the previous page unchanged.")
        raise MalformedInput(_("The cursor is invalid."), errors={"cursor": [text]}) from None
