"""What our own PDFs are made of: styles and codes to scan."""

from functools import cache
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from backoffice.fonts import BOLD, REGULAR, load_fonts
from backoffice.fonts.text import text_block

_CODE_128 = frozenset(map(chr, range(32, 127)))


@cache
def styles() -> dict[str, ParagraphStyle]:
    """ "text", "small", "strong" and "title"; the fonts are loaded on first use."""
    load_fonts()
    text = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=11.5)
    return {
        "text": text,
        "small": ParagraphStyle("small", parent=text, fontSize=7.5, leading=9.5),
        "strong": ParagraphStyle("strong", parent=text, fontName=BOLD),
        "title": ParagraphStyle("title", parent=text, fontName=BOLD, fontSize=15, leading=19, spaceAfter=3 * mm),
    }


def paragraph(text: str, style: str = "text") -> Flowable:
    """Return the text as it is, in any script: what a vendor wrote is never read as markup. Line breaks stay."""
    return text_block(text, styles()[style])


def barcode(code: str, *, height_mm: float = 8) -> Any:
    """The code as Code 128, without its text; as text where it has signs that Code 128 does not know."""
    if not code or not set(code) <= _CODE_128:
        return paragraph(code, "small")
    return Code128(code, barHeight=height_mm * mm, barWidth=0.27 * mm, quiet=True, lquiet=2.7 * mm, rquiet=2.7 * mm)
