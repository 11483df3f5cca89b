"""The papers of a batch in one PDF: pick list, then slips and labels of each order, all in picking order.

Labels are fetched before, each by its own push: merging only reads our copies, so it can be done as often as one likes.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO

from django.utils import formats, timezone
from django.utils.translation import ngettext
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer

from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.services.files import open_file
from backoffice.errors import Conflict
from backoffice.files.checked import DamagedFile
from backoffice.files.pictures import BROKEN as BROKEN_PICTURE
from backoffice.files.types import PDF
from backoffice.paper.drawing import barcode, make_pdf, make_table, text_style
from backoffice.paper.fonts import BOLD
from backoffice.paper.fonts.text import text_block
from backoffice.paper.postal import address_lines
from backoffice.text.translatable import gettext as _
from fulfillment.models import ProductionItem, ProductionOrder
from fulfillment.services.pdf_reading import BROKEN, DamagedPdf, open_pdf
from fulfillment.services.picking import Batch

TEXT, SMALL = text_style(9, leading=11.5), text_style(7.5, leading=9.5)
STRONG, TITLE = text_style(9, leading=11.5, bold=True), text_style(15, leading=19, bold=True, below_mm=3)
LINES = ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)
_POINTS = 72
# Pixels an inch that a printer of labels has; what else a picture claims is a default of some program.
_DPI = (150, 1200)


def merge_papers(batch: Batch, *, without_missing: bool = False) -> bytes:
    """Return one PDF: the pick list, then each order's slip and labels. Ours is the slip of an order whose merchant
    supplied none, not of one whose merchant's is missing. Fetches nothing.

    Raises Conflict while labels or slips are missing, unless `without_missing`, and when one of the files cannot be
    read.
    """
    if not batch.is_ready and not without_missing:
        raise Conflict(" ".join(_describe_missing(batch)))
    writer = PdfWriter()
    _append(writer, make_pick_list(batch.orders), name=_("pick list"))
    for order in batch.orders:
        slips = [_content(file) for file in order.files.all() if file.is_kept]
        if not order.files.all():
            slips = [make_slip(order)]
        labels = [_content(label) for label in order.labels.all() if label.is_kept]
        for content in [*slips, *labels]:
            _append(writer, content, name=str(order))
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _describe_missing(batch: Batch) -> Iterator[str]:
    if labels := len(batch.fetching) + len(batch.stuck):
        text = ngettext("%(n)d label is still missing.", "%(n)d labels are still missing.", labels)
        yield text % {"n": labels}
    if slips := len(batch.missing_slips):
        text = ngettext("%(n)d delivery slip is still missing.", "%(n)d delivery slips are still missing.", slips)
        yield text % {"n": slips}


def make_pick_list(orders: Sequence[ProductionOrder]) -> bytes:
    """Return an A4 PDF: one row for each item, with a box to tick and the order's code to scan."""
    now = formats.date_format(timezone.localtime(), "DATETIME_FORMAT")
    head = ["", _("Quantity"), _("Article"), _("Order"), _("Recipient"), ""]
    rows = [
        ["❏", str(item.remaining), _article(item), _order(order), _to(order), code]
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
    table = make_table([head, *rows], widths_mm=(7, 16, 62, 32, 40, 29), style=style)
    story = [text_block(_("Pick list of %s") % now, TITLE), table]
    return make_pdf(story, title=_("Pick list"), margins_mm=(12, 12, 12))


def _article(item: ProductionItem) -> Flowable:
    return text_block(f"{item.sku_fulfiller or item.sku}\n{item.name[:200]}", TEXT)


def _order(order: ProductionOrder) -> Flowable:
    marks = [_("EXPRESS")] if order.is_express else []
    marks += [_("complaint")] if order.complaint else []
    lines = [order.reference[:60], f"#{order.vendor_id}", *marks]
    return text_block("\n".join(line for line in lines if line), STRONG if marks else TEXT)


def _to(order: ProductionOrder) -> Flowable:
    lines = address_lines(order.recipient)
    return text_block("\n".join([*lines[:1], *lines[-2:]]), SMALL)


def make_slip(order: ProductionOrder) -> bytes:
    """Return an A4 delivery slip, for an order whose merchant supplied none. Prices are not ours to name."""
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
        _slip_items(order),
    ]
    return make_pdf(story, title=_("Delivery slip"), margins_mm=(25, 20, 20))


def _slip_items(order: ProductionOrder) -> Flowable:
    head = [text_block(label, STRONG) for label in (_("Quantity"), _("Article"), _("Name"))]
    rows = [
        [text_block(text, TEXT) for text in (str(item.quantity), item.sku_fulfiller or item.sku, item.name)]
        for item in order.items.all()
    ]
    return make_table([head, *rows], widths_mm=(20, 45, 100), style=[LINES])


def _content(row: StoredFile) -> bytes:
    try:
        with open_file(row) as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Conflict(_("A file is missing: %s") % row) from error
    except DamagedFile as error:
        raise Conflict(_("A file is damaged and must be provided again: %s") % row) from error
    try:
        return content if row.content_type == PDF else picture_page(content)
    except (Image.DecompressionBombError, *BROKEN_PICTURE) as error:
        raise Conflict(_("A file is damaged and must be provided again: %s") % row) from error


def _append(writer: PdfWriter, content: bytes, *, name: str) -> None:
    try:
        writer.append(open_pdf(BytesIO(content)))
    except (DamagedPdf, *BROKEN) as error:
        raise Conflict(_("A PDF of %(name)s cannot be read: %(error)s") % {"name": name, "error": error}) from error


def picture_page(content: bytes) -> bytes:
    """Return a PDF of one page: as large as the picture says, where it says it credibly, else A6, upright or lying."""
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
        size = _page_size(opened)
        # On white: a transparent ground prints black. Grey and black stay what they are, so bars stay sharp.
        picture = opened.convert("RGBA") if opened.has_transparency_data else opened.convert("RGB")
        if picture.mode == "RGBA":
            ground = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(ground, picture).convert("RGB")
    target = BytesIO()
    canvas = Canvas(target, pagesize=size)
    canvas.drawImage(ImageReader(picture), 0, 0, *size, preserveAspectRatio=True, anchor="c")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _page_size(picture: Image.Image) -> tuple[float, float]:
    dpi = picture.info.get("dpi")
    if dpi and all(_DPI[0] <= float(side) <= _DPI[1] for side in dpi):
        width, height = (pixels / float(side) * _POINTS for pixels, side in zip(picture.size, dpi, strict=True))
        if max(width, height) <= max(A4) and min(width, height) <= min(A4):
            return width, height
    short, long = A6
    return (long, short) if picture.width > picture.height else (short, long)
