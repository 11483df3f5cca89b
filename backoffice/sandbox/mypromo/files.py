"""Protected downloads: short links below `v1/` that need the bearer token."""

import re
from collections.abc import Callable

from backoffice.sandbox.mypromo.routing import ANY, Caller, Route
from backoffice.sandbox.wire import Request, Response, message

_SHORT = re.compile(r"([sd])(\d{1,18})")
_TITLES = {"s": "Data sheet", "d": "Design preview"}


class Files:
    """Answers short links: `s` and a variant's number, `d` and a design's, or whatever the sources know."""

    def __init__(self, *sources: Callable[[str, Caller], Response | None]) -> None:
        self._sources = sources

    def routes(self) -> list[Route]:
        """Return the one route; it has to come after all other `v1/` routes."""
        return [Route("GET", "v1/{short}", ANY, self.download)]

    def download(self, request: Request, caller: Caller, short: str) -> Response:
        """Answer with the file."""
        if match := _SHORT.fullmatch(short):
            return pdf_response(_TITLES[match[1]], match[2])
        found = (answer for source in self._sources if (answer := source(short, caller)) is not None)
        return next(found, message(404, "Not found."))


def pdf_response(title: str, text: str) -> Response:
    """Answer with a one-page PDF."""
    return Response(200, pdf(title, text), {"Content-Type": "application/pdf"})


def pdf(title: str, text: str) -> bytes:
    """Return a one-page A4 PDF with a title and a line of ASCII text."""
    lines = f"BT /F1 24 Tf 60 760 Td ({_escaped(title)}) Tj 0 -40 Td /F1 12 Tf ({_escaped(text)}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(lines), lines),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def _escaped(text: str) -> str:
    plain = text.encode("ascii", "replace").decode()
    return re.sub(r"([\\()])", r"\\\1", plain)
