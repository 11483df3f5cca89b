"""The papers of a batch in one PDF: pick list, then slips and labels of each order, all in picking order.

Labels are fetched before, each by its own push: merging only reads our copies, so it can be done as often as one likes.
"""

from collections.abc import Sequence
from io import BytesIO

from django.utils import formats, timezone
from pypdf import PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Table, TableStyle

from backoffice.errors import Conflict
from backoffice.translatable import gettext as _
from fulfillment.models import ProductionOrder
from fulfillment.models.stored_file import StoredFile
from fulfillment.services import file_store
from fulfillment.services.file_store import PICTURES
from fulfillment.services.label_pages import picture_page
from fulfillment.services.paper import BOLD, barcode, paragraph, styles
from fulfillment.services.pdf_reading import BROKEN, DamagedPdf, open_pdf
from fulfillment.services.picking import Batch
from fulfillment.services.postal import address_lines
from fulfillment.services.slips import make_slip


def merge_papers(batch: Batch, *, without_missing: bool = False) -> bytes:
    """One PDF: the pick list, then each order's slip and labels. Fetches nothing.

    Raises Conflict while labels are missing, unless `without_missing`, and when one of the files cannot be read.
    """
    if not batch.is_ready and not without_missing:
        text = _("%(n)d labels are not here yet.")
        raise Conflict(text % {"n": len(batch.fetching) + len(batch.stuck)})
    writer = PdfWriter()
    _append(writer, make_pick_list(batch.orders), name=_("pick list"))
    for order in batch.orders:
        slips = [_content(file) for file in order.files.all()] or [make_slip(order)]
        labels = [_content(label) for label in order.labels.all() if label.is_kept]
        for content in [*slips, *labels]:
            _append(writer, content, name=str(order))
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def make_pick_list(orders: Sequence[ProductionOrder]) -> bytes:
    """An A4 PDF: one row for each item, with a box to tick and the order's code to scan."""
    target = BytesIO()
    page = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=12 * mm, rightMargin=12 * mm, topMargin=12 * mm, bottomMargin=12 * mm
    )
    page.title = _("Pick list")
    now = formats.date_format(timezone.localtime(), "DATETIME_FORMAT")
    page.build([paragraph(_("Pick list of %s") % now, "title"), _pick_table(orders)])
    return target.getvalue()


def _pick_table(orders: Sequence[ProductionOrder]) -> Flowable:
    styles()  # the fonts, before the table names them
    head = ["", _("Quantity"), _("Article"), _("Order"), _("Recipient"), ""]
    rows = [
        ["❏", str(item.remaining), _article(item.sku_fulfiller or item.sku, item.name), _order(order), _to(order), code]
        for order in orders
        for item in order.items.all()
        if item.remaining
        for code in [barcode(order.vendor_id)]
    ]
    table = Table([head, *rows], colWidths=[7 * mm, 16 * mm, 62 * mm, 32 * mm, 40 * mm, 29 * mm], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), BOLD, 8),
                ("FONT", (1, 1), (1, -1), BOLD, 13),
                ("FONT", (0, 1), (0, -1), "ZapfDingbats", 12),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey),
            ]
        )
    )
    return table


def _article(sku: str, name: str) -> Flowable:
    return paragraph(f"{sku}\n{name[:200]}")


def _order(order: ProductionOrder) -> Flowable:
    marks = [_("EXPRESS")] if order.is_express else []
    marks += [_("complaint")] if order.complaint else []
    words = [order.reference[:60], f"#{order.vendor_id}", *marks]
    return paragraph("\n".join(word for word in words if word), "strong" if marks else "text")


def _to(order: ProductionOrder) -> Flowable:
    lines = address_lines(order.recipient)
    return paragraph("\n".join([*lines[:1], *lines[-2:]]), "small")


def _content(row: StoredFile) -> bytes:
    try:
        with file_store.open_file(row) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Conflict(_("A file is missing on the disk: %s") % row) from error
    return picture_page(content) if row.content_type in PICTURES else content


def _append(writer: PdfWriter, content: bytes, *, name: str) -> None:
    try:
        writer.append(open_pdf(BytesIO(content)))
    except (DamagedPdf, *BROKEN) as error:
        raise Conflict(_("A PDF of %(name)s cannot be read: %(error)s") % {"name": name, "error": error}) from error
