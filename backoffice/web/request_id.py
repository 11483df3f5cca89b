"""A number for each request: in its answer, in every line of the log that it causes, and in whatever goes on after it.

It goes along with the tasks that the request enqueues (`backoffice/task_context.py`), and is kept with pushes and
callbacks, so that what a vendor is sent minutes later is found by the number of the order's request.
"""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
LONGEST = 64
_SHAPE = re.compile(rf"[A-Za-z0-9._-]{{8,{LONGEST}}}")
_current: ContextVar[str] = ContextVar("request_id", default="")


class RequestId:
    """The number that a trusted proxy gave, else one of our own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
        with caused_by(given if _SHAPE.fullmatch(given) else uuid.uuid4().hex) as number:
            response = self.get_response(request)
        response[HEADER] = number
        return response


@contextmanager
def caused_by(number: str) -> Iterator[str]:
    """Name what is done in here by the number of what caused it; an empty one leaves the name as it is."""
    number = number or _current.get()
    before = _current.set(number)
    try:
        yield number
    finally:
        _current.reset(before)


def current_request_id() -> str:
    """Return the number of what is being done now; empty where nothing has one."""
    return _current.get()


class NameRequest(logging.Filter):
    """Give each line the number of what causes it, "-" where nothing has one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get() or "-"
        return True
