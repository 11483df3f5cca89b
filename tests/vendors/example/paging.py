"""Their lists: each page names the place where the next one begins, and how many rows there are in all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from tests.vendors.example import schemas


@dataclass(frozen=True)
class Page:
    """`next` is empty after the last page. `is_sound` is False where a list led in a circle, or ended before its total:
    then nobody knows what it did not show.
    """

    rows: list[msgspec.Raw]
    total: int
    next: str = ""
    is_sound: bool = True


def read_pages(get: Callable[..., schemas.RawPage], *, after: str = "", **filters: str) -> Iterator[Page]:
    """Yield all pages from the place `after` on."""
    count, places = 0, {after}
    while True:
        answer = get(after=after, **filters)
        count += len(answer.result)
        total, after = answer.paging.total, answer.paging.next
        if after in places or not after:
            is_whole = not after and (count >= total or "" not in places)
            yield Page(answer.result, total, is_sound=is_whole)
            return
        places.add(after)
        yield Page(answer.result, total, next=after)
