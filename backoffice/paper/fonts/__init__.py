"""The letters of our own PDFs: DejaVu, which has those of all European languages, Greek and Cyrillic.

The fonts that every PDF knows have Western European ones only. The licence is beside the files. Text that somebody else
wrote goes through `text.py`, which also draws what DejaVu lacks; Arabic and Hebrew are DejaVu's, shaped and ordered.
"""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "DejaVu", "DejaVu-Bold"
_FOLDER = Path(__file__).resolve().parent


@cache
def load_fonts() -> None:
    """REGULAR and BOLD can be named in PDFs from now on."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(_FOLDER / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(_FOLDER / "DejaVuSans-Bold.ttf")))
