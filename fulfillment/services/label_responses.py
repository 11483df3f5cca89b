"""What a label's download brought: kept as it came, and only then validated, since it can be had only once.

The path is fixed before the call. Whatever lies there was handed out, so it proves the download, fit or not, also after
the worker was lost.
"""

import re
from dataclasses import dataclass, replace
from io import BytesIO

from backoffice.engine.services import files
from backoffice.engine.services.file_waiting import keep_in_any_case
from backoffice.engine.services.files import Kept, UnfitFile, inspect_content
from backoffice.files.pictures import BROKEN
from backoffice.files.types import PDF, UNKNOWN
from backoffice.text.translatable import gettext as _
from fulfillment.services.downloads import MAX_BYTES, PRINTABLE

# A picture that claims more would take the memory of the whole process.
MAX_PIXELS = 64_000_000
_TYPE = re.compile(r"[\w.+-]{1,48}/[\w.+-]{1,48}", re.ASCII)


@dataclass(frozen=True)
class LabelDownload:
    """What came. `problem` says why it cannot be printed, empty when it can; `is_kept`: we have a copy."""

    kept: Kept
    problem: str = ""
    status: int | None = None
    is_kept: bool = True


def keep_response(
    path: str, content: bytes, *, status: int | None, claimed_type: str = "", is_whole: bool = True
) -> LabelDownload:
    """Keep the response under that path as it came, then validate it. `is_whole`: it came to its end.

    A disk that refuses it changes nothing about what happened: then there is no copy, and the problem says so.
    """
    claimed = claimed_type if _TYPE.fullmatch(claimed_type) else UNKNOWN
    try:
        kept = keep_in_any_case(content, path=path)
    except OSError as error:
        problem = _("The label could not be saved: %(error)s") % {"error": str(error)}
        return LabelDownload(inspect_content(content), problem, status, is_kept=False)
    if kept.content_type == UNKNOWN:
        kept = replace(kept, content_type=claimed)
    problem = validate_label(content)
    if problem and not is_whole and len(content) <= MAX_BYTES:
        problem = _("The connection was lost after %(size)d bytes.") % {"size": len(content)}
    return LabelDownload(kept, problem, status)


def find_response(path: str) -> LabelDownload | None:
    """Return what an earlier worker kept under that path, None when there is nothing."""
    content = files.read_file(path)
    if content is None:
        return None
    return LabelDownload(replace(inspect_content(content), path=path), validate_label(content))


def validate_label(content: bytes) -> str:
    """Return why it cannot be printed, empty when it can."""
    if not content:
        return _("The answer was empty.")
    try:
        kind = inspect_content(content, accepts=PRINTABLE, max_bytes=MAX_BYTES).content_type
    except UnfitFile as error:
        return _("The label is incomplete: %(error)s") % {"error": error.text}
    return _validate_pdf(content) if kind == PDF else _validate_picture(content)


def _validate_pdf(content: bytes) -> str:
    from fulfillment.services.pdf_reading import DamagedPdf, ProtectedPdf, open_pdf

    try:
        pages = len(open_pdf(BytesIO(content)).pages)
    except ProtectedPdf:
        return _("The PDF is password-protected.")
    except DamagedPdf:
        return _("The PDF is damaged and cannot be opened.")
    return "" if pages else _("The PDF has no pages.")


def _validate_picture(content: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return _("The image is too large.")
            picture.load()
    except (Image.DecompressionBombError, *BROKEN):
        return _("The image is damaged and cannot be opened.")
    return ""
