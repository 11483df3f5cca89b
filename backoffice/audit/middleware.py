"""Names who asks, for what is written meanwhile, and notes whose data were shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.acting import KEY, LINK, NOBODY, STAFF, Actor, asking
from backoffice.audit.services.reading import note_answer
from backoffice.web.client_address import client_address

Respond = Callable[[HttpRequest], HttpResponse]


class NameActor:
    """Costs no query: who is signed in is taken from what was looked up already."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with asking(_Asker(request).ask):
            return self.get_response(request)


class NoteReads:
    """Notes it in memory once the answer stands; a thread writes it (`services/reading.py`)."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        note_answer(request, response)
        return response


class _Asker:
    """Knows who asks, as far as it is known by now; asked at every statement that writes."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.known: tuple[Any, Any, Any] | None = None
        self.actor = Actor(NOBODY, "")

    def ask(self) -> Actor:
        request = self.request
        known = (getattr(request, "auth", None), getattr(request, "_cached_user", None), request.resolver_match)
        if self.known is None or any(one is not other for one, other in zip(known, self.known, strict=True)):
            self.known, self.actor = known, _actor(*known, address=client_address(request))
        return self.actor


def _actor(key: Any, user: Any, match: Any, *, address: str | None) -> Actor:
    if prefix := getattr(key, "prefix", ""):
        return Actor(KEY, prefix, address=address)
    if user is not None and user.is_authenticated:
        return Actor(STAFF, user.get_username(), user=user.pk, address=address)
    return Actor(LINK if match is not None and "token" in match.kwargs else NOBODY, "", address=address)
