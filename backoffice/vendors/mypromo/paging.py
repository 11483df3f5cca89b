"""Reads mypromo's lists to their end, whatever the server makes of the paging asked for.

Asked by `page`, since `links` lose the filters. The server may cap the page's size, leave out `meta` and `links`,
answer with a bare array, or ignore `page` and repeat itself.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from backoffice.vendors.errors import VendorProtocolError

Params = dict[str, str]


class _Meta(msgspec.Struct):
    last_page: int | None = None
    total: int | None = None


class _Links(msgspec.Struct):
    next: str | None = None


class _Listing(msgspec.Struct):
    # PHP writes an empty object as [].
    data: list[msgspec.Raw] | None = None
    meta: _Meta | list[Any] | None = None
    links: _Links | list[Any] | None = None


class _Identified(msgspec.Struct):
    id: Any = None


def read_rows(get: Callable[[Params], bytes], params: Params, *, per_page: int, whole: bool) -> Iterator[msgspec.Raw]:
    """All rows of a list, undecoded, each once. `get` fetches one page.

    With `whole` a list that cannot be read to its end raises VendorProtocolError; without, what can be had is
    given. Raises VendorProtocolError for a page that is no list, and what `get` raises.
    """
    seen: set[Any] = set()
    page = 1
    while True:
        listing = read_listing(get(params | {"page": str(page), "per_page": str(per_page)}))
        rows = listing.data or []
        fresh = [row for row in rows if identity(row) not in seen]
        seen.update(identity(row) for row in fresh)
        yield from fresh
        if _is_last(listing, page=page):
            return
        if not fresh:
            if whole and not _is_all(listing, seen=len(seen), per_page=per_page):
                raise VendorProtocolError(f"mypromo's list repeats itself on page {page} and cannot be read on.")
            return
        page += 1


def _is_last(listing: _Listing, *, page: int) -> bool:
    if not listing.data:
        return True
    if isinstance(listing.meta, _Meta) and listing.meta.last_page is not None:
        return page >= listing.meta.last_page
    return isinstance(listing.links, _Links) and listing.links.next is None


def _is_all(listing: _Listing, *, seen: int, per_page: int) -> bool:
    """Whether a list that ignores `page` has shown everything at once."""
    if isinstance(listing.meta, _Meta) and listing.meta.total is not None:
        return seen >= listing.meta.total
    return not isinstance(listing.links, _Links) and len(listing.data or ()) < per_page


def read_listing(body: bytes) -> _Listing:
    """A page, as an object or as a bare array. Raises VendorProtocolError."""
    try:
        read = msgspec.json.decode(body, type=_Listing | list[msgspec.Raw], strict=False)
    except (ValueError, RecursionError) as error:
        raise VendorProtocolError(f"mypromo's list cannot be read: {error}") from error
    return read if isinstance(read, _Listing) else _Listing(data=read)


def identity(row: msgspec.Raw) -> Any:
    """What tells a row from others: its id, else all of it."""
    try:
        found = msgspec.json.decode(row, type=_Identified).id
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, int | str) else bytes(row)
