"""What changed at mypromo since a time, of lists that can be asked for days only.

On a busy day the list of one day has thousands of pages, and in which order it comes no document says. It is therefore
watched: as long as all rows come newest change first, reading ends where the changes are older than asked for; a list
that comes oldest change first is read from its end. A list in any other order, such as by number, is read whole.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from msgspec import Raw

from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.mypromo.paging import Params, read_page, read_pages

R = TypeVar("R", bound=Any)
# Ten rows are in the order of their changes by chance once in 3.6 million times.
ROWS_TO_TRUST = 10
_BACKWARD = "-"


def read_changes(
    get: Callable[[Params], bytes],
    readable: Callable[[Iterable[Raw]], Iterator[R]],
    *,
    since: datetime,
    position: str,
    per_page: int,
) -> Iterator[ChangePage[R]]:
    """Return everything that changed at `since` or later, and possibly more; each row at least once.

    A row that changes while the list is read may be missed: it changed after the reading began. `position` is that of
    an earlier page. Raises VendorProtocolError for a page that is no list, and what `get` raises.
    """
    params = {"updated_from": since.astimezone(UTC).date().isoformat()}
    if position.startswith(_BACKWARD):
        yield from _read_backward(get, readable, params, since=since, last=int(position[1:]), per_page=per_page)
        return
    order = _Order()
    for page in read_pages(get, params, per_page=per_page, whole=False, first=int(position or 1)):
        rows = tuple(readable(page.rows))
        order.watch(rows)
        if page.number == 1 and page.last and page.last > 1 and order.is_oldest_first(trust=len(rows)):
            yield ChangePage(rows, f"{_BACKWARD}{page.last}")
            yield from _read_backward(get, readable, params, since=since, last=page.last, per_page=per_page)
            return
        is_done = order.is_newest_first() and bool(rows) and _changed_at(rows[-1]) < since
        if is_done or page.is_last:
            yield ChangePage(rows, "")
            return
        yield ChangePage(rows, str(page.number + 1) if page.number else "1")


def _read_backward(
    get: Callable[[Params], bytes],
    readable: Callable[[Iterable[Raw]], Iterator[R]],
    params: Params,
    *,
    since: datetime,
    last: int,
    per_page: int,
) -> Iterator[ChangePage[R]]:
    """Read a list that comes oldest change first from its end; where it no longer does, all of it."""
    order, seen = _Order(), set[str]()
    for number in range(last, 0, -1):
        rows = tuple(readable(read_page(get, params, number=number, per_page=per_page).rows))
        # What changes meanwhile goes to the end, and the others move up into the page that is read next.
        order.watch(tuple(row for row in rows[::-1] if row.vendor_id not in seen))
        seen.update(row.vendor_id for row in rows)
        if rows and not order.is_falling:
            yield ChangePage(rows, "1")
            for page in read_pages(get, params, per_page=per_page, whole=False):
                yield ChangePage(
                    tuple(readable(page.rows)), "" if page.is_last or not page.number else str(page.number + 1)
                )
            return
        is_done = bool(rows) and _changed_at(rows[0]) < since
        yield ChangePage(rows, "" if is_done or number == 1 else f"{_BACKWARD}{number - 1}")
        if is_done:
            return


class _Order:
    """What the rows seen so far say of the order in which they come."""

    def __init__(self) -> None:
        self.seen = 0
        self.is_falling = self.is_rising = True
        # By number too: then nobody knows by which of the two it is sorted.
        self._numbers_fall = self._numbers_rise = True
        self._last: tuple[datetime, int] | None = None

    def watch(self, rows: tuple[Any, ...]) -> None:
        for row in rows:
            changed_at, number = _changed_at(row), _number(row)
            if self._last is not None:
                before_at, before = self._last
                self.is_falling &= changed_at <= before_at
                self.is_rising &= changed_at >= before_at
                self._numbers_fall &= number <= before
                self._numbers_rise &= number >= before
            self._last = (changed_at, number)
            self.seen += 1

    @property
    def _is_by_number(self) -> bool:
        return self._numbers_fall or self._numbers_rise

    def is_newest_first(self) -> bool:
        return self.is_falling and not self._is_by_number and self.seen >= ROWS_TO_TRUST

    def is_oldest_first(self, *, trust: int) -> bool:
        return self.is_rising and not self._is_by_number and trust >= ROWS_TO_TRUST


def _changed_at(row: Any) -> datetime:
    changed_at: datetime = row.version.updated_at
    return changed_at


def _number(row: Any) -> int:
    return int(row.vendor_id) if str(row.vendor_id).isdigit() else 0
