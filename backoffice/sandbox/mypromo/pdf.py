"""Small valid PDFs: one page with a title and lines of text."""

import re

from backoffice.sandbox.wire import Response

A4 = (595, 842)  # points
A6 = (298, 420)


def pdf_response(title: str, *lines: str, size: tuple[int, int] = A4) -> Response:
    """Return a one-page PDF."""
    return Response(200, pdf(title, *lines, size=size), {"Content-Type": "application/pdf"})


def pdf(title: str, *lines: str, size: tuple[int, int] = A4) -> bytes:
    """Return one page with a title and ASCII lines below it; the same text makes the same bytes."""
    width, height = size
    text = b"BT /F1 18 Tf 24 %d Td (%b) Tj /F1 11 Tf" % (height - 48, _escaped(title))
    text += b"".join(b" 0 -24 Td (%b) Tj" % _escaped(line) for line in lines) + b" ET"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources 6 0 R >>" % (width, height)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def _escaped(text: str) -> bytes:
    return re.sub(rb"([\\()])", rb"\\\1", text.encode("ascii", "replace"))
