"""However deep a server calls us, memory for frames is fetched once for a request."""

import resource
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse

from backoffice.web.frame_room import keep_frame_room

CALLS = 3000
# Each depth puts the loop a little further along a chunk of 16 kB; together they pass the end of one.
DEPTHS = range(0, 200, 2)


def called() -> None:
    """Be called: one small frame."""


def loop(request: HttpRequest) -> HttpResponse:
    for _call in range(CALLS):
        called()
    return HttpResponse()


def page_faults(respond: Callable[[HttpRequest], HttpResponse], *, depth: int) -> int:
    """Return how many pages of memory were touched anew while the request was answered that deep."""
    if depth:
        return page_faults(respond, depth=depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    respond(HttpRequest())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.fixture
def most() -> Callable[[Callable[[HttpRequest], HttpResponse]], int]:
    return lambda respond: max(page_faults(respond, depth=depth) for depth in DEPTHS)


def test_without_the_room_a_loop_at_the_end_of_a_chunk_fetches_memory_with_each_call(
    most: Callable[[Callable[[HttpRequest], HttpResponse]], int],
) -> None:
    assert most(loop) >= CALLS


def test_with_the_room_no_loop_does(most: Callable[[Callable[[HttpRequest], HttpResponse]], int]) -> None:
    assert most(keep_frame_room(loop)) < CALLS / 10
