"""Reads mypromo's lists to their end, whatever the server makes of the paging asked for.

Asked by `page`, since `links` lose the filters. The server may cap the page's size, leave out `meta` and `links`,
answer with a bare array, or ignore `page` and repeat itself: then it is asked by `from`, the other name for a place in
a list that the document has, and what comes is believed to be whole only if it adds up to the total announced.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from backoffice.vendors.errors import VendorNotFound, VendorProtocolError

logger = logging.getLogger(__name__)

Params = dict[str, str]
T = TypeVar("T")


class _Meta(msgspec.Struct):
    last_page: int | None = None
    total: int | None = None


class _Links(msgspec.Struct):
    """`next` is null on the last page; without it nothing is said."""

    next: str | msgspec.UnsetType | None = msgspec.UNSET


class _Listing(msgspec.Struct):
    # PHP writes an empty object as [], and a list with gaps as an object.
    data: list[msgspec.Raw] | Annotated[dict[str, msgspec.Raw], msgspec.Meta(min_length=1)] | None = None
    meta: _Meta | list[Any] | None = None
    links: _Links | list[Any] | None = None

    @property
    def rows(self) -> list[msgspec.Raw]:
        return list(self.data.values()) if isinstance(self.data, dict) else self.data or []

    @property
    def last_page(self) -> int | None:
        return self.meta.last_page if isinstance(self.meta, _Meta) else None

    @property
    def total(self) -> int | None:
        return self.meta.total if isinstance(self.meta, _Meta) else None

    def is_last(self, *, page: int, seen: int, by_offset: bool) -> bool:
        """Return whether there is no use in asking on."""
        if not self.rows:
            return True
        if by_offset:
            return self.total is not None and seen >= self.total
        if self.last_page is not None:
            return page >= self.last_page
        return isinstance(self.links, _Links) and self.links.next is None

    def is_all(self, *, seen: int, per_page: int) -> bool:
        """Return whether a list that ignores `page` has shown everything at once, not a page of the size asked for."""
        if self.total is not None:
            return seen >= self.total
        return not isinstance(self.links, _Links) and len(self.rows) != per_page

    def may_end(self, *, page: int, last_page: int | None, seen: int, per_page: int, by_offset: bool) -> bool:
        """Return whether the list ends here, where nothing more came. `last_page` is what was announced last."""
        if by_offset:
            return self.total is not None and seen >= self.total
        if not self.rows:
            return last_page is None or page >= last_page
        return self.is_last(page=page, seen=seen, by_offset=False) or self.is_all(seen=seen, per_page=per_page)


class _Identified(msgspec.Struct):
    id: Any = None


@dataclass(frozen=True)
class RowPage:
    """Rows that were on no page before. `number` is None where the server does not count pages, `last` where it does
    not say how many there are.
    """

    rows: list[msgspec.Raw]
    number: int | None
    last: int | None
    is_last: bool


def read_rows(get: Callable[[Params], bytes], params: Params, *, per_page: int, whole: bool) -> Iterator[msgspec.Raw]:
    """Return all rows of a list, undecoded, each once: those of `read_pages`."""
    for page in read_pages(get, params, per_page=per_page, whole=whole):
        yield from page.rows


def read_page(get: Callable[[Params], bytes], params: Params, *, number: int, per_page: int) -> RowPage:
    """Return one page of a list whose pages the server counts."""
    listing = read_listing(get(params | {"page": str(number), "per_page": str(per_page)}))
    return RowPage(listing.rows, number, listing.last_page, is_last=number == listing.last_page)


def read_pages(
    get: Callable[[Params], bytes], params: Params, *, per_page: int, whole: bool, first: int = 1
) -> Iterator[RowPage]:
    """Return the pages of a list from the `first` on, the rows undecoded and each once. `get` fetches one page.

    With `whole` a list that cannot be read to its end raises VendorProtocolError; without, what can be had is
    given. Raises VendorProtocolError for a page that is no list, and what `get` raises.
    """
    seen: set[Any] = set()
    page, by_offset = first, False
    last_page: int | None = None
    while True:
        place = {"from": str(len(seen))} if by_offset else {"page": str(page)}
        listing = read_listing(get(params | place | {"per_page": str(per_page)}))
        last_page = listing.last_page or last_page
        fresh = [row for row in listing.rows if identity(row) not in seen]
        seen.update(identity(row) for row in fresh)
        is_last = listing.is_last(page=page, seen=len(seen), by_offset=by_offset)
        yield RowPage(fresh, None if by_offset else page, listing.last_page, is_last)
        if fresh or not listing.rows:
            if is_last:
                break
            page += 1
        elif by_offset or listing.is_all(seen=len(seen), per_page=per_page):
            break
        else:
            by_offset = True
    if whole and not listing.may_end(
        page=page, last_page=last_page, seen=len(seen), per_page=per_page, by_offset=by_offset
    ):
        raise VendorProtocolError(f"mypromo's list repeats itself or breaks off on page {page} and cannot be read on.")


def none_found(get: Callable[[Params], bytes]) -> Callable[[Params], bytes]:
    """Return the same list with a 404 "Not found." as an empty one: shown for jobs, possible for other lists."""

    def ask(params: Params) -> bytes:
        try:
            return get(params)
        except VendorNotFound as error:
            if not is_none_found(error):
                raise
            return b"[]"

    return ask


def is_none_found(error: VendorNotFound) -> bool:
    """Return whether the 404 of a list is mypromo's own "Not found.", and not that of a wrong address."""
    return error.text.rstrip(".").lower() == "not found"


def read_listing(body: bytes) -> _Listing:
    """Return a page, as an object or as a bare array. Raises VendorProtocolError."""
    try:
        read = msgspec.json.decode(body, type=_Listing | list[msgspec.Raw], strict=False)
    except (ValueError, RecursionError) as error:
        raise VendorProtocolError(f"mypromo's list cannot be read: {error}") from error
    return read if isinstance(read, _Listing) else _Listing(data=read)


def decode_row(row: msgspec.Raw, shape: type[T]) -> T:
    """Return a row as `shape`. Raises VendorProtocolError."""
    try:
        return msgspec.json.decode(row, type=shape, strict=False)
    except (ValueError, RecursionError, OverflowError) as error:
        raise VendorProtocolError(f"A row of mypromo's list cannot be read: {error}") from error


def decode_readable(rows: Iterable[msgspec.Raw], shape: type[T]) -> Iterator[T]:
    """Return rows as `shape`; one that cannot be read is logged and left out."""
    for row in rows:
        try:
            yield decode_row(row, shape)
        except VendorProtocolError as error:
            logger.warning("Left out: %s", error.text)


def identity(row: msgspec.Raw) -> Any:
    """Return what tells a row from others: its id, else all of it."""
    try:
        found = msgspec.json.decode(row, type=_Identified).id
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, int | str) else bytes(row)
