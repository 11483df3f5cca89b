"""Delivery slips: an A4 PDF in the shop's name and language that lies in the parcel.

A slip is about one vendor order, which is one parcel when we supply documents; it names what else of the order comes
apart. It says no prices. It is drawn when it is asked for, so a corrected address is on it; the same data make the
same bytes. The address stands where a window envelope has it. Heavy to load: import it where a slip is drawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table

from backoffice.paper.drawing import make_pdf, make_table, text_style
from backoffice.paper.fonts import REGULAR
from backoffice.paper.fonts.text import draw_text, text_block
from backoffice.paper.postal import address_lines
from backoffice.text.translatable import gettext as _
from fulfillment.models import Country
from orders.models import Address, AddressRole, Order, OrderLine, VendorOrder

MARGIN_MM = 20
FRAME_PADDING_MM = 6 / mm  # what the library leaves around all it sets
GREY, PALE = colors.HexColor("#5b6472"), colors.HexColor("#d5d9e0")
# A name may have 500 characters, an address 200: enough to see what it is, and never more than a page.
LONGEST, LONGEST_SHOP = 300, 80
_HEAD, _TEXT = text_style(15, bold=True), text_style(9)
_SMALL, _COLUMN = text_style(8, colour=GREY), text_style(8, bold=True, colour=GREY)


def render_slip(vendor_order: VendorOrder) -> bytes:
    """Return the PDF for the parcel of that vendor order. Six queries whatever the number of lines."""
    order = Order.objects.select_related("shop").get(pk=vendor_order.order_id)
    inside = set(vendor_order.lines.values_list("line_id", flat=True))
    parts = order.vendor_orders.count()
    return _render(order, inside=inside, part=vendor_order.part, parts=parts)


def render_order_slip(order: Order) -> bytes:
    """Return the PDF for all of the order, for staff."""
    return _render(order, inside=None, part=1, parts=1)


def _render(order: Order, *, inside: set[int] | None, part: int, parts: int) -> bytes:
    with translation.override(language_of(order.shop.language)):
        details = [
            (_("Order"), order.reference),
            (_("Order number"), order.number),
            (_("Ordered on"), formats.date_format(timezone.localtime(order.placed_at), "DATE_FORMAT")),
        ]
        if parts > 1:
            details.append((_("Parcel"), _("%(part)d of %(parts)d") % {"part": part, "parts": parts}))
        side = MARGIN_MM - FRAME_PADDING_MM
        return make_pdf(
            [*_parties(order, details), *_contents(order.lines.all(), inside=inside)],
            title=_("Delivery slip"),
            author=order.shop.name,
            margins_mm=(side, side, MARGIN_MM),
            canvas=partial(_Numbered, shop=order.shop.name, page_of=_("Page %(page)d of %(pages)d")),
        )


def _parties(order: Order, details: list[tuple[str, str]]) -> Iterator[Flowable]:
    addresses = {address.role: address for address in order.addresses.all()}
    countries = _country_names(addresses.values())
    sender = _spell(addresses.get(AddressRole.SHIPPER), countries)
    recipient = _spell(addresses.get(AddressRole.RECIPIENT), countries)
    yield _side_by_side(_blocks([order.shop.name], _HEAD), _blocks(sender, _SMALL))
    yield Spacer(1, 14 * mm)
    labelled = [f"{name}: {value}" for name, value in details]
    yield _side_by_side(_blocks(recipient, text_style(10)), _blocks(labelled, _TEXT))
    yield Spacer(1, 14 * mm)
    if order.gift_message:
        yield text_block(order.gift_message, text_style(10))
        yield Spacer(1, 8 * mm)


def _contents(lines: Iterable[OrderLine], *, inside: set[int] | None) -> Iterator[Flowable]:
    """List what is in the parcel, and what comes apart from it."""
    within: list[OrderLine] = []
    apart: list[OrderLine] = []
    for line in lines:
        (within if inside is None or line.pk in inside else apart).append(line)
    yield from _blocks([_("Delivery slip")], text_style(13, bold=True))
    yield Spacer(1, 4 * mm)
    yield _item_table(within)
    if apart:
        yield Spacer(1, 8 * mm)
        yield from _blocks([_("Comes in a separate parcel")], text_style(10, bold=True))
        yield Spacer(1, 3 * mm)
        yield _item_table(apart)


class _Numbered(Canvas):
    """A canvas that keeps its pages until their number is known, for "Page 1 of 3"."""

    def __init__(self, *args: Any, shop: str, page_of: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shop, self._page_of = shop, page_of
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  the library's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self.setFillColor(GREY)
            draw_text(self, MARGIN_MM * mm, 10 * mm, _short(self._shop, LONGEST_SHOP), size=8)
            self.setFont(REGULAR, 8)
            text = self._page_of % {"page": number, "pages": len(self._kept)}
            self.drawRightString(A4[0] - MARGIN_MM * mm, 10 * mm, text)
            super().showPage()
        super().save()


def language_of(code: str) -> str:
    """Return the shop's language where we have it, else English."""
    known = {name for name, _label in settings.LANGUAGES}
    return code.lower() if code.lower() in known else "en"


def _side_by_side(left: list[Flowable], right: list[Flowable]) -> Table:
    return make_table([[left, right]], widths_mm=(100, 70), style=[("LEFTPADDING", (0, 0), (-1, -1), 0)], head=0)


def _item_table(lines: Iterable[OrderLine]) -> Table:
    head = _blocks((_("Quantity"), _("Product"), _("SKU")), _COLUMN)
    rows = [_blocks((str(line.quantity), line.name or line.sku or line.reference, line.sku), _TEXT) for line in lines]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, GREY),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, PALE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]
    return make_table([head, *rows], widths_mm=(22, 103, 45), style=style)


def _blocks(texts: Sequence[str], style: ParagraphStyle) -> list[Flowable]:
    return [text_block(_short(text, LONGEST).replace("\n", " "), style) for text in texts]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _country_names(addresses: Iterable[Address]) -> dict[str, str]:
    codes = {address.country_code.upper() for address in addresses}
    rows = Country.objects.filter(iso2__in=codes) | Country.objects.filter(iso3__in=codes)
    return {code: row.name for row in rows for code in (row.iso2, row.iso3)}


def _spell(address: Address | None, countries: dict[str, str]) -> list[str]:
    if address is None:
        return []
    country = countries.get(address.country_code.upper(), "")
    return address_lines(vars(address), state=address.state_code, country=country)
