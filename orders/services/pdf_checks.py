"""Whether a PDF can be printed on a part: it opens, has pages, and its boxes have the size that the vendor names."""

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

MAX_PAGES = 2000
TOLERANCE = 1.0  # mm: rounding of inches, points and the editor's own
_MM_PER_POINT = 25.4 / 72
# What pypdf lets through of broken files besides its own errors.
_BROKEN = (
    PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, NotImplementedError,
    RecursionError, OverflowError, ArithmeticError, EOFError, OSError, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """What a part asks of its file: the size after cutting and the bleed around it in mm; 0 where it does not say.

    mypromo's document names no unit; its example, 120 by 5 for the body of a pen, can only be mm.
    """

    width: float = 0
    height: float = 0
    bleed: float = 0
    pages: int = 0

    @property
    def has_size(self) -> bool:
        return self.width > 0 and self.height > 0


def specs_for(parts: Iterable[Mapping[str, Any]], *, file_type: str) -> list[Spec]:
    """What the file may have to fit: the part that its type names, else any of the parts. Empty: nothing is asked."""
    known = [part for part in parts if isinstance(part, Mapping)]
    named = [part for part in known if file_type and file_type.casefold() in _names(part)]
    specs = [_spec(part.get("requirements")) for part in named or known]
    # One part that asks for nothing lets any file pass.
    return specs if all(spec != Spec() for spec in specs) else []


def check_pdf(content: BinaryIO, *, specs: list[Spec]) -> list[str]:
    """Complaints about the file; empty when it opens and fits one of the specs, or none is given."""
    try:
        reader = PdfReader(content, strict=False)
        if reader.is_encrypted:
            return [_("The PDF is protected by a password.")]
        pages = len(reader.pages)
        if not 1 <= pages <= MAX_PAGES:
            return [_("The PDF has %(pages)d pages; 1 to %(limit)d can be printed.") % _pages(pages, MAX_PAGES)]
        found = [_judge(reader, spec) for spec in specs]
        return [] if not found or [] in found else min(found, key=len)
    except _BROKEN:
        return [_("The PDF is damaged and cannot be opened.")]


def _judge(reader: PdfReader, spec: Spec) -> list[str]:
    pages = len(reader.pages)
    if spec.pages and pages != spec.pages:
        text = _("The PDF has %(pages)d pages, it should have %(limit)d.")
        return [text % _pages(pages, spec.pages)]
    if not spec.has_size:
        return []
    complaints = (_judge_page(page, spec) for page in reader.pages)
    # The first page that is wrong says it all.
    return next(
        (
            [_("Page %(number)d: %(complaint)s") % {"number": number, "complaint": complaint}]
            for number, complaint in enumerate(complaints, start=1)
            if complaint
        ),
        [],
    )


def _judge_page(page: PageObject, spec: Spec) -> str:
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


def _names(part: Mapping[str, Any]) -> set[str]:
    return {str(part.get(name) or "").casefold() for name in ("key", "name")}


def _spec(requirements: Any) -> Spec:
    given = requirements if isinstance(requirements, Mapping) else {}
    pages = _number(given.get("pages"))
    return Spec(
        width=_number(given.get("width")),
        height=_number(given.get("height")),
        bleed=_number(given.get("bleed")),
        pages=int(pages) if pages == int(pages) else 0,
    )


def _number(value: Any) -> float:
    """The vendor's number, 0 for what is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0
    return number if math.isfinite(number) and number > 0 else 0


def _pages(pages: int, limit: int) -> dict[str, int]:
    return {"pages": pages, "limit": limit}


def _size(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g} × {pair[1]:g}" if all(side == int(side) for side in pair) else f"{pair[0]:.1f} × {pair[1]:.1f}"
