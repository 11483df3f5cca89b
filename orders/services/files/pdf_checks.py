"""Whether a PDF can be printed on a part: it opens, has pages, and its boxes have the size that the vendor names."""

from typing import BinaryIO

from pypdf import PageObject, PdfReader

from backoffice.text.translatable import gettext as _
from fulfillment.services.pdf_reading import BROKEN, DamagedPdf, ProtectedPdf, open_pdf
from orders.services.files.specs import Spec

MAX_PAGES = 2000
TOLERANCE = 1.0  # mm: rounding of inches, points and the editor's own
_MM_PER_POINT = 25.4 / 72


def check_pdf(content: BinaryIO, *, specs: list[Spec]) -> list[str]:
    """Complaints about the file; empty when it opens and fits one of the specs, or none is given."""
    try:
        reader = open_pdf(content)
        pages = len(reader.pages)
        if not 1 <= pages <= MAX_PAGES:
            return [_("The PDF has %(pages)d pages; 1 to %(limit)d can be printed.") % _pages(pages, MAX_PAGES)]
        found = [_judge(reader, spec) for spec in specs]
        return [] if not found or [] in found else min(found, key=len)
    except ProtectedPdf:
        return [_("The PDF is protected by a password.")]
    except (DamagedPdf, *BROKEN):
        return [_("The PDF is damaged and cannot be opened.")]


def _judge(reader: PdfReader, spec: Spec) -> list[str]:
    pages = len(reader.pages)
    if spec.pages and pages != spec.pages:
        text = _("The PDF has %(pages)d pages, it should have %(limit)d.")
        return [text % _pages(pages, spec.pages)]
    if not spec.has_size:
        return []
    complaints = (_validate_page(page, spec) for page in reader.pages)
    # The first page that is wrong says it all.
    return next(
        (
            [_("Page %(number)d: %(complaint)s") % {"number": number, "complaint": complaint}]
            for number, complaint in enumerate(complaints, start=1)
            if complaint
        ),
        [],
    )


def _validate_page(page: PageObject, spec: Spec) -> str:
    """Empty when it fits: by its trim box, or, where it has none, by the whole page."""
    unit = float(page.get("/UserUnit", 1)) * _MM_PER_POINT
    media = (float(page.mediabox.width) * unit, float(page.mediabox.height) * unit)
    whole = (spec.width + 2 * spec.bleed, spec.height + 2 * spec.bleed)
    if "/TrimBox" not in page:
        if _same(media, whole):
            return ""
        text = _("the page is %(has)s mm, it should be %(wanted)s mm, with %(bleed)g mm of bleed on each side.")
        return text % {"has": _size(media), "wanted": _size(whole), "bleed": spec.bleed}
    trim = (float(page.trimbox.width) * unit, float(page.trimbox.height) * unit)
    if not _same(trim, (spec.width, spec.height)):
        text = _("the trim box is %(has)s mm, it should be %(wanted)s mm.")
        return text % {"has": _size(trim), "wanted": _size((spec.width, spec.height))}
    if not _covers(media, whole):
        text = _("the page is %(has)s mm; with %(bleed)g mm of bleed on each side it should be %(wanted)s mm.")
        return text % {"has": _size(media), "wanted": _size(whole), "bleed": spec.bleed}
    return ""


def _same(has: tuple[float, float], wanted: tuple[float, float]) -> bool:
    """Upright or lying, within the tolerance."""
    pairs = zip(sorted(has), sorted(wanted), strict=True)
    return all(abs(one - other) <= TOLERANCE for one, other in pairs)


def _covers(has: tuple[float, float], wanted: tuple[float, float]) -> bool:
    pairs = zip(sorted(has), sorted(wanted), strict=True)
    return all(one >= other - TOLERANCE for one, other in pairs)


def _pages(pages: int, limit: int) -> dict[str, int]:
    return {"pages": pages, "limit": limit}


def _size(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g} × {pair[1]:g}" if all(side == int(side) for side in pair) else f"{pair[0]:.1f} × {pair[1]:.1f}"
