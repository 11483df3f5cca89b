"""Text in our own PDFs: ordinary letters as letters, other scripts as outlines, so that every reader shows them."""

import unicodedata
from xml.sax.saxutils import escape

import uharfbuzz
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Flowable, Paragraph

from backoffice.paper.fonts import REGULAR
from backoffice.paper.fonts.shaping import JOINERS, is_plain, measure, shape_line


def text_block(text: str, style: ParagraphStyle) -> Flowable:
    """Return the text as it is, never as markup: broken at line ends and where it is too wide, control characters as
    spaces.
    """
    shown = "".join(one if one.isprintable() or one in f"\n{JOINERS}" else " " for one in text)
    if is_plain(shown):
        return Paragraph(escape(shown).replace("\n", "<br/>"), style)
    return _ShapedText(shown, style)


def draw_text(canvas: Canvas, x: float, y: float, text: str, *, size: float) -> None:
    """Draw one line from there on; in the canvas' fill colour."""
    if is_plain(text):
        canvas.setFont(REGULAR, size)
        canvas.drawString(x, y, text)
    else:
        _draw_line(canvas, x, y, text, size=size)


class _ShapedText(Flowable):
    """Lines in any script, from the left edge on: an address stays where its window is."""

    def __init__(self, text: str, style: ParagraphStyle) -> None:
        super().__init__()
        self.text = text
        self.style = style
        self.lines: list[str] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        most = width / self.style.fontSize
        self.lines = [line for part in self.text.split("\n") for line in _broken(part, most=most)]
        return width, self.style.leading * len(self.lines)

    def draw(self) -> None:
        size, leading = self.style.fontSize, self.style.leading
        self.canv.setFillColor(self.style.textColor)
        for number, line in enumerate(self.lines, start=1):
            _draw_line(self.canv, 0, (len(self.lines) - number) * leading + (leading - size), line, size=size)


def _broken(text: str, *, most: float) -> list[str]:
    """Return the text in lines of at most `most` ems: broken between words, and within one that is wider."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and measure((line + piece).rstrip()) > most:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while measure(line.rstrip()) > most and len(line) > 1:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or measure(line[:n]) <= most)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Return pieces between places where a line may end: behind spaces, and around the wide letters of East Asia."""
    pieces = [""]
    for before, letter in zip(" " + text, text, strict=False):
        is_wide = "W" in (unicodedata.east_asian_width(before), unicodedata.east_asian_width(letter))
        if (before.isspace() or is_wide) and not letter.isspace():
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _draw_line(canvas: Canvas, x: float, y: float, text: str, *, size: float) -> None:
    for run in shape_line(text):
        scale = size / run.face.units
        for glyph, shift_x, shift_y, advance in run.glyphs:
            path = canvas.beginPath()
            outline = _Outline(path, x + shift_x * size, y + shift_y * size, scale)
            run.face.font.draw_glyph(glyph, _DRAWING, outline)
            canvas.drawPath(path, stroke=0, fill=1)
            x += advance * size


class _Outline:
    """One glyph on its way from the font's units to the page's points."""

    def __init__(self, path: PDFPathObject, x: float, y: float, scale: float) -> None:
        self.path = path
        self.x, self.y, self.scale = x, y, scale

    def at(self, *numbers: float) -> list[float]:
        return [(self.y if place % 2 else self.x) + number * self.scale for place, number in enumerate(numbers)]


def _drawing() -> uharfbuzz.DrawFuncs:
    """Return the drawing. HarfBuzz makes cubic curves of the quadratic ones by itself."""
    drawing = uharfbuzz.DrawFuncs()
    drawing.set_move_to_func(lambda x, y, outline: outline.path.moveTo(*outline.at(x, y)))
    drawing.set_line_to_func(lambda x, y, outline: outline.path.lineTo(*outline.at(x, y)))
    drawing.set_cubic_to_func(lambda a, b, c, d, x, y, outline: outline.path.curveTo(*outline.at(a, b, c, d, x, y)))
    drawing.set_close_path_func(lambda outline: outline.path.close())
    return drawing


_DRAWING = _drawing()
