"""A delivery slip of our own, for production orders whose merchant supplied none."""

from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from backoffice.translatable import gettext as _
from fulfillment.models import ProductionOrder
from fulfillment.services.paper import barcode, paragraph
from fulfillment.services.postal import address_lines


def make_slip(order: ProductionOrder) -> bytes:
    """An A4 PDF with sender, recipient, reference and what is in the order. Prices are not ours to tell."""
    target = BytesIO()
    page = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=25 * mm, rightMargin=20 * mm, topMargin=20 * mm, bottomMargin=20 * mm
    )
    page.title = _("Delivery slip")
    page.build(_story(order))
    return target.getvalue()


def _story(order: ProductionOrder) -> list[Flowable]:
    sender = ", ".join(address_lines(order.shipper)) or order.merchant
    return [
        paragraph(sender, "small"),
        Spacer(0, 3 * mm),
        paragraph("\n".join(address_lines(order.recipient))),
        Spacer(0, 18 * mm),
        paragraph(_("Delivery slip"), "title"),
        paragraph(_("Order %s") % f"{order.reference} #{order.vendor_id}".strip()),
        Spacer(0, 2 * mm),
        barcode(order.vendor_id),
        Spacer(0, 6 * mm),
        _items(order),
    ]


def _items(order: ProductionOrder) -> Table:
    head = [paragraph(word, "strong") for word in (_("Quantity"), _("Article"), _("Name"))]
    rows = [
        [paragraph(str(item.quantity)), paragraph(item.sku_fulfiller or item.sku), paragraph(item.name)]
        for item in order.items.all()
    ]
    table = Table([head, *rows], colWidths=[20 * mm, 45 * mm, 100 * mm], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table
