"""Room for the frames of one request, so that CPython does not fetch and return memory a hundred thousand times.

CPython (3.11 and later) keeps the frames of running functions in chunks of 16 kB. A chunk is fetched from the operating
system when a call does not fit, and given back when that call ends. Where a loop happens to sit right below the end of
a chunk, each of its calls does both: the order list took 77 ms instead of 48, depending on nothing but how deep the
server called it. One frame that is larger than a chunk gets a chunk of a power of two that holds it, and all deeper
calls find their place in the rest of it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Slots of 8 bytes: a little over 128 kB, for which CPython fetches 256 kB. No page reaches the end of the rest.
SLOTS = 16_400


def keep_frame_room(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that does nothing but stand below all others with a large frame."""

    def respond(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    respond.__code__ = respond.__code__.replace(co_stacksize=SLOTS)
    return respond
