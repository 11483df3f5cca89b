"""PDFs of given sizes, made with pypdf."""

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import RectangleObject

_POINTS = 72 / 25.4


def make_pdf(
    size: tuple[float, float] = (126, 11), *, trim: float | None = None, pages: int = 1, password: str = ""
) -> bytes:
    """Return a PDF with pages of `size` mm; `trim` mm in from each edge is the trim box, None: there is none."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(width=size[0] * _POINTS, height=size[1] * _POINTS)
        if trim is not None:
            edges = (trim, trim, size[0] - trim, size[1] - trim)
            page.trimbox = RectangleObject(tuple(edge * _POINTS for edge in edges))
    if password:
        writer.encrypt(password)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
