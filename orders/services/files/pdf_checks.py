"""Whether a PDF can be printed on a part: it opens, has pages, and its boxes have the size that the vendor names."""

from typing import BinaryIO

from pypdf import PageObject, PdfReader

from backoffice.text.translatable import gettext as _
from fulfillment.services.pdf_reading import BROKEN, DamagedPdf, ProtectedPdf, open_pdf
from orders.services.files.specs import Spec

MAX_PAGES = 2000
TOLERANCE = 1.0  # mm: rounding of inches, points and the editor's own
_MM_PER_POINT = 25.4 / 72
_Size = tuple[float, float]


def check_pdf(content: BinaryIO, *, specs: list[Spec]) -> list[str]:
    """Return the errors of the file; none when it opens and fits one of the specs, or none is given."""
    try:
        reader = open_pdf(content)
        pages = len(reader.pages)
        if not 1 <= pages <= MAX_PAGES:
            text = _("The PDF has %(pages)d pages; 1 to %(limit)d can be printed.")
            return [text % {"pages": pages, "limit": MAX_PAGES}]
        found = [_validate(reader, spec) for spec in specs]
        return [] if not found or [] in found else min(found, key=len)
    except ProtectedPdf:
        return [_("The PDF is password-protected.")]
    except (DamagedPdf, *BROKEN):
        return [_("The PDF is damaged and cannot be opened.")]


def _validate(reader: PdfReader, spec: Spec) -> list[str]:
    """Return what is wrong with the pages: the first one says it all."""
    pages = len(reader.pages)
    if spec.pages and pages != spec.pages:
        text = _("The PDF has %(pages)d pages; it should have %(limit)d.")
        return [text % {"pages": pages, "limit": spec.pages}]
    for number, page in enumerate(reader.pages if spec.width and spec.height else (), start=1):
        if error := _validate_page(page, spec, number=number):
            return [error]
    return []


def _validate_page(page: PageObject, spec: Spec, *, number: int) -> str:
    """Return the error, empty when it fits: by its trim box, or, where it has none, by the whole page."""
    unit = float(page.get("/UserUnit", 1)) * _MM_PER_POINT
    media = (float(page.mediabox.width) * unit, float(page.mediabox.height) * unit)
    whole = (spec.width + 2 * spec.bleed, spec.height + 2 * spec.bleed)
    if "/TrimBox" not in page:
        if _same(media, whole):
            return ""
        text = _("Page %(number)d is %(has)s mm; it should be %(wanted)s mm, with %(bleed)g mm of bleed on each side.")
        return text % {"number": number, "has": _size(media), "wanted": _size(whole), "bleed": spec.bleed}
    trim = (float(page.trimbox.width) * unit, float(page.trimbox.height) * unit)
    if not _same(trim, (spec.width, spec.height)):
        text = _("The trim box of page %(number)d is %(has)s mm; it should be %(wanted)s mm.")
        return text % {"number": number, "has": _size(trim), "wanted": _size((spec.width, spec.height))}
    if not _covers(media, whole):
        text = _("Page %(number)d is %(has)s mm; with %(bleed)g mm of bleed on each side it should be %(wanted)s mm.")
        return text % {"number": number, "has": _size(media), "wanted": _size(whole), "bleed": spec.bleed}
    return ""


def _same(has: _Size, required: _Size) -> bool:
    """Return whether the size is the same, upright or lying, within the tolerance."""
    return _covers(has, required) and _covers(required, has)


def _covers(has: _Size, required: _Size) -> bool:
    return all(one >= other - TOLERANCE for one, other in zip(sorted(has), sorted(required), strict=True))


def _size(pair: _Size) -> str:
    return f"{pair[0]:g} × {pair[1]:g}" if all(side == int(side) for side in pair) else f"{pair[0]:.1f} × {pair[1]:.1f}"
