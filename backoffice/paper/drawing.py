"""What our own PDFs are made of: pages, text in any script, tables, codes to scan. Heavy to load: import it to draw."""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Table, TableStyle

from backoffice.paper.fonts import BOLD, REGULAR, load_fonts
from backoffice.paper.fonts.text import text_block

_CODE_128 = frozenset(map(chr, range(32, 127)))


def make_pdf(
    story: list[Flowable],
    *,
    title: str,
    margins_mm: tuple[float, float, float],
    author: str | None = None,
    canvas: Callable[..., Canvas] = Canvas,
) -> bytes:
    """Return A4 pages of the story; the same story makes the same bytes. Margins: left, right, above and below."""
    target = BytesIO()
    left, right, above = margins_mm
    pages = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=left * mm,
        rightMargin=right * mm,
        topMargin=above * mm,
        bottomMargin=above * mm,
        title=title,
        author=author,
        invariant=1,
    )
    pages.build(story, canvasmaker=canvas)
    return target.getvalue()


@cache
def text_style(
    size: float, *, bold: bool = False, leading: float = 0, colour: Any = colors.black, below_mm: float = 0
) -> ParagraphStyle:
    """Return the style of so many points; words that are wider than their column are broken, anywhere if need be."""
    load_fonts()
    return ParagraphStyle(
        f"{size}-{bold}-{leading}-{colour}-{below_mm}",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=leading or size * 1.35,
        textColor=colour,
        spaceAfter=below_mm * mm,
        splitLongWords=1,
    )


def make_table(
    rows: Sequence[Sequence[Any]], *, widths_mm: Sequence[float], style: Sequence[tuple[Any, ...]], head: int = 1
) -> Table:
    """Return a table that goes on over the pages, each with the first `head` rows again."""
    table = Table(rows, colWidths=[width * mm for width in widths_mm], repeatRows=head)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *style]))
    return table


def barcode(code: str, *, height_mm: float = 8) -> Any:
    """Return the code as Code 128, without its text; as text where it has signs that Code 128 does not know."""
    if not code or not set(code) <= _CODE_128:
        return text_block(code, text_style(7.5, leading=9.5))
    return Code128(code, barHeight=height_mm * mm, barWidth=0.27 * mm, quiet=True, lquiet=2.7 * mm, rquiet=2.7 * mm)
