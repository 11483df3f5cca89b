"""A delivery slip of our own, for production orders whose merchant supplied none."""

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from backoffice.paper.drawing import barcode, make_pdf, make_table, text_style
from backoffice.paper.fonts.text import text_block
from backoffice.paper.postal import address_lines
from backoffice.text.translatable import gettext as _
from fulfillment.models import ProductionOrder

TEXT, SMALL = text_style(9, leading=11.5), text_style(7.5, leading=9.5)
STRONG, TITLE = text_style(9, leading=11.5, bold=True), text_style(15, leading=19, bold=True, below_mm=3)
LINES = ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)


def make_slip(order: ProductionOrder) -> bytes:
    """An A4 PDF with sender, recipient, reference and what is in the order. Prices are not ours to tell."""
    sender = ", ".join(address_lines(order.shipper)) or order.merchant
    story: list[Flowable] = [
        text_block(sender, SMALL),
        Spacer(0, 3 * mm),
        text_block("\n".join(address_lines(order.recipient)), TEXT),
        Spacer(0, 18 * mm),
        text_block(_("Delivery slip"), TITLE),
        text_block(_("Order %s") % f"{order.reference} #{order.vendor_id}".strip(), TEXT),
        Spacer(0, 2 * mm),
        barcode(order.vendor_id),
        Spacer(0, 6 * mm),
        _items(order),
    ]
    return make_pdf(story, title=_("Delivery slip"), margins_mm=(25, 20, 20))


def _items(order: ProductionOrder) -> Table:
    head = [text_block(word, STRONG) for word in (_("Quantity"), _("Article"), _("Name"))]
    rows = [
        [text_block(text, TEXT) for text in (str(item.quantity), item.sku_fulfiller or item.sku, item.name)]
        for item in order.items.all()
    ]
    return make_table([head, *rows], widths_mm=(20, 45, 100), style=[LINES])
