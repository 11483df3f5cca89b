"""How a delivery slip looks: A4, the address where a window envelope has it, a table that goes on over the pages."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from backoffice.fonts import BOLD, REGULAR, load_fonts
from backoffice.fonts.text import draw_text, text_block

if TYPE_CHECKING:
    from orders.services.files.slips import Slip

MARGIN = 20 * mm
FRAME_PADDING = 6  # points, which the library leaves around all it sets
WIDTHS = (22 * mm, 103 * mm, 45 * mm)
GREY = colors.HexColor("#5b6472")
# A name may have 500 characters, an address 200: enough to see what it is, and never more than a page.
LONGEST = 300


def draw_slip(slip: "Slip") -> bytes:
    """The PDF. The same slip makes the same bytes."""
    load_fonts()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=slip.title,
        author=slip.shop,
        invariant=1,
    )
    document.build(_story(slip), canvasmaker=lambda *args, **kwargs: _Numbered(*args, slip=slip, **kwargs))
    return target.getvalue()


class _Numbered(Canvas):
    """Keeps the pages back until their number is known, for "Page 1 of 3"."""

    def __init__(self, *args: Any, slip: "Slip", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._slip = slip
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  the library's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self.setFillColor(GREY)
            draw_text(self, MARGIN, 10 * mm, _short(self._slip.shop, 80), size=8)
            self.setFont(REGULAR, 8)
            text = self._slip.page_of % {"page": number, "pages": len(self._kept)}
            self.drawRightString(A4[0] - MARGIN, 10 * mm, text)
            super().showPage()
        super().save()


def _story(slip: "Slip") -> list[Flowable]:
    head = [[_lines([slip.shop], _style(15, bold=True)), _lines(slip.sender, _style(8, colour=GREY))]]
    facts = [f"{name}: {value}" for name, value in slip.facts]
    parties = [[_lines(slip.recipient, _style(10)), _lines(facts, _style(9))]]
    story: list[Flowable] = [
        _plain_table(head),
        Spacer(1, 14 * mm),
        _plain_table(parties),
        Spacer(1, 14 * mm),
        _block(slip.title, _style(13, bold=True)),
        Spacer(1, 4 * mm),
        _item_table(slip.columns, slip.inside),
    ]
    if slip.apart:
        story += [
            Spacer(1, 8 * mm),
            _block(slip.apart_title, _style(10, bold=True)),
            Spacer(1, 3 * mm),
            _item_table(slip.columns, slip.apart),
        ]
    return story


def _plain_table(rows: list[list[list[Flowable]]]) -> Table:
    table = Table(rows, colWidths=(100 * mm, 70 * mm))
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _item_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    body = [[_block(cell, _style(9)) for cell in row] for row in rows]
    head = [_block(cell, _style(8, bold=True, colour=GREY)) for cell in columns]
    table = Table([head, *body], colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, GREY),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, colors.HexColor("#d5d9e0")),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _lines(texts: Sequence[str], style: ParagraphStyle) -> list[Flowable]:
    return [_block(text, style) for text in texts]


def _block(text: str, style: ParagraphStyle) -> Flowable:
    return text_block(_short(text, LONGEST).replace("\n", " "), style)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _style(size: float, *, bold: bool = False, colour: Any = colors.black) -> ParagraphStyle:
    # Words that are wider than the column are broken, anywhere if need be.
    return ParagraphStyle(
        f"slip-{size}-{bold}-{colour}",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        splitLongWords=1,
    )
