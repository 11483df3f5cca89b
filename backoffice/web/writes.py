"""Whoever has just changed something sees it in the lists, wherever these are read from (`backoffice.replica`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backoffice import replica


class NoteWrites:
    """Middleware: notes how far the database was after a request that may have changed something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in (*replica.SAFE_METHODS, "OPTIONS") and replica.is_set_up():
            replica.note_write(request)
        return response
