"""Protected downloads: short links below `v1/` that need the bearer token."""

import re
from collections.abc import Callable

from backoffice.sandbox.mypromo.pdf import pdf_response
from backoffice.sandbox.mypromo.routing import ANY, Caller, Route
from backoffice.sandbox.wire import Request, Response, message

_SHORT = re.compile(r"([sd])(\d{1,18})")
_TITLES = {"s": "Data sheet", "d": "Design preview"}


class Files:
    """The short links: `s` and a variant's number, `d` and a design's, or whatever the sources know."""

    def __init__(self, *sources: Callable[[str, Caller], Response | None]) -> None:
        self._sources = sources

    def routes(self) -> list[Route]:
        """Return the one route; it has to come after all other `v1/` routes."""
        return [Route("GET", "v1/{short}", ANY, self.download)]

    def download(self, request: Request, caller: Caller, short: str) -> Response:
        """Return the file."""
        if match := _SHORT.fullmatch(short):
            return pdf_response(_TITLES[match[1]], match[2])
        found = (answer for source in self._sources if (answer := source(short, caller)) is not None)
        return next(found, message(404, "Not found."))
