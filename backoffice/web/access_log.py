"""A line in the log for each request that was answered: who asked for what, with which outcome, in which time."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from backoffice.masking import MASK, mask
from backoffice.web.client_address import client_address

logger = logging.getLogger("backoffice.access")
# Asked for every few seconds by whoever watches.
_WATCHED = {"/healthz", "/readyz", "/metrics"}
LONGEST_PATH = 300
# Whoever has such an address may fetch what it names; also where it is not quite spelled right.
_LINK = re.compile(r"^(/(?:files|slips|labels)/|/account/password/new/[^/-]*-)[^/]+")
# Parts of addresses that open something to whoever has them. Staff pages, which ask for a sign-in, name lists so.
_OPENING = ("token", "key")


class AccessLog:
    """Writes the line once the answer stands; how long it takes to go out is the proxy's to know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        if request.path_info not in _WATCHED and logger.isEnabledFor(logging.INFO):
            _write(request, response, milliseconds=round((time.perf_counter() - began) * 1000))
        return response


def _write(request: HttpRequest, response: HttpResponse, *, milliseconds: int) -> None:
    facts: dict[str, Any] = {
        "method": request.method,
        "path": _path(request),
        "status": response.status_code,
        "milliseconds": milliseconds,
        "client": client_address(request) or "-",
        "who": _who(request),
    }
    text = "%(method)s %(path)s %(status)d %(milliseconds)d ms, %(client)s %(who)s"
    logger.info(text, facts, extra=facts)


def _path(request: HttpRequest) -> str:
    """Return the path without its query, which may name customers, and without what opens it to everybody."""
    path, match = _LINK.sub(rf"\1{MASK}", request.path_info), request.resolver_match
    if match and match.namespace != "admin":
        for secret in filter(None, map(match.kwargs.get, _OPENING)):
            path = path.replace(str(secret), MASK)
    # One line, whatever was asked for.
    return mask(path).encode("unicode_escape").decode()[:LONGEST_PATH]


def _who(request: HttpRequest) -> str:
    """Return which key or which of the staff asked; nobody is looked up for it."""
    if prefix := getattr(getattr(request, "auth", None), "prefix", ""):
        return f"key {prefix}"
    user = getattr(request, "_cached_user", None)
    return f"user {user.pk}" if user is not None and user.is_authenticated else "-"
