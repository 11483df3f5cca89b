"""The papers of a batch in one PDF: pick list, then slips and labels of each order, all in picking order.

Labels are fetched before, each by its own push: merging only reads our copies, so it can be done as often as one likes.
"""

from collections.abc import Sequence
from io import BytesIO

from django.utils import formats, timezone
from pypdf import PdfWriter
from reportlab.platypus import Flowable

from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.services.files import open_file
from backoffice.errors import Conflict
from backoffice.files.types import PDF
from backoffice.paper.drawing import barcode, make_pdf, make_table
from backoffice.paper.fonts import BOLD
from backoffice.paper.fonts.text import text_block
from backoffice.paper.postal import address_lines
from backoffice.text.translatable import gettext as _
from fulfillment.models import ProductionOrder
from fulfillment.services.label_pages import picture_page
from fulfillment.services.pdf_reading import BROKEN, DamagedPdf, open_pdf
from fulfillment.services.picking import Batch
from fulfillment.services.slips import LINES, SMALL, STRONG, TEXT, TITLE, make_slip


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
    now = formats.date_format(timezone.localtime(), "DATETIME_FORMAT")
    story = [text_block(_("Pick list of %s") % now, TITLE), _pick_table(orders)]
    return make_pdf(story, title=_("Pick list"), margins_mm=(12, 12, 12))


def _pick_table(orders: Sequence[ProductionOrder]) -> Flowable:
    head = ["", _("Quantity"), _("Article"), _("Order"), _("Recipient"), ""]
    rows = [
        ["❏", str(item.remaining), _article(item.sku_fulfiller or item.sku, item.name), _order(order), _to(order), code]
        for order in orders
        for item in order.items.all()
        if item.remaining
        for code in [barcode(order.vendor_id)]
    ]
    style = [
        ("FONT", (0, 0), (-1, 0), BOLD, 8),
        ("FONT", (1, 1), (1, -1), BOLD, 13),
        ("FONT", (0, 1), (0, -1), "ZapfDingbats", 12),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        LINES,
    ]
    return make_table([head, *rows], widths_mm=(7, 16, 62, 32, 40, 29), style=style)


def _article(sku: str, name: str) -> Flowable:
    return text_block(f"{sku}\n{name[:200]}", TEXT)


def _order(order: ProductionOrder) -> Flowable:
    marks = [_("EXPRESS")] if order.is_express else []
    marks += [_("complaint")] if order.complaint else []
    words = [order.reference[:60], f"#{order.vendor_id}", *marks]
    return text_block("\n".join(word for word in words if word), STRONG if marks else TEXT)


def _to(order: ProductionOrder) -> Flowable:
    lines = address_lines(order.recipient)
    return text_block("\n".join([*lines[:1], *lines[-2:]]), SMALL)


def _content(row: StoredFile) -> bytes:
    try:
        with open_file(row) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Conflict(_("A file is missing on the disk: %s") % row) from error
    return content if row.content_type == PDF else picture_page(content)


def _append(writer: PdfWriter, content: bytes, *, name: str) -> None:
    try:
        writer.append(open_pdf(BytesIO(content)))
    except (DamagedPdf, *BROKEN) as error:
        raise Conflict(_("A PDF of %(name)s cannot be read: %(error)s") % {"name": name, "error": error}) from error
