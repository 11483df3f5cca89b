"""Which path is answered by what, and for whom."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.sandbox.options import Client
from backoffice.sandbox.wire import Request, Response, message

PUBLIC = ""
ANY = "ANY"
MERCHANT = "MERCHANT"
FULFILLER = "FULFILLER"

Answerer = Callable[..., Response]


class Refusal(Exception):
    """A handler's no, with the answer that says it."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(slots=True, frozen=True)
class Route:
    """One method and path. `{id…}` in the path takes digits, `{name}` anything but a slash; both go to the handler.

    `role` is PUBLIC (no token), ANY (a valid token) or the scope the token has to carry.
    """

    method: str
    path: str
    role: str
    answer: Answerer


@dataclass(slots=True, frozen=True)
class Caller:
    """Who asks: the account and the scopes of its token; `client` is None on public routes."""

    client: Client | None
    scopes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The account's id."""
        return self.client.client_id if self.client else ""

    @property
    def fulfiller(self) -> int:
        """The number of the fulfiller this account is, 0 for none."""
        return self.client.fulfiller if self.client else 0

    def acts_as_fulfiller(self, *, hint: bool) -> bool:
        """Return in which role the token acts; the document does not say what decides when it carries both.

        Here the payload does: `hint` tells whether it has something that only a fulfiller would send.
        """
        if MERCHANT in self.scopes and FULFILLER in self.scopes:
            return hint
        return FULFILLER in self.scopes


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._paths: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            _, methods = self._paths.setdefault(route.path, (_compiled(route.path), {}))
            methods[route.method] = route

    def find(self, request: Request) -> tuple[Route, list[Any]]:
        """Return route and path values. Raises Refusal with 404, or 405 and the verbs that are allowed."""
        path = request.path.rstrip("/")
        for pattern, methods in self._paths.values():
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if request.method not in methods:
                text = f"The {request.method} method is not supported for this route."
                raise Refusal(message(405, text, headers={"Allow": ", ".join(sorted(methods))}))
            values = [int(v) if name.startswith("id") else v for name, v in match.groupdict().items()]
            return methods[request.method], values
        raise Refusal(message(404, "Not found."))


def _compiled(path: str) -> re.Pattern[str]:
    pattern = re.sub(r"\\\{(id\w*)\\\}", r"(?P<\1>\\d{1,18})", re.escape(path))
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", pattern))
