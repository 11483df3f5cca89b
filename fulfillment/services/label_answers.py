"""What a label's download brought: kept as it came, and only then judged, since it can be had only once.

The path is fixed before the call. Whatever lies there was handed out, so it proves the download, fit or not, also after
the worker was lost.
"""

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO

from backoffice.pdf_marks import PdfMarks
from backoffice.translatable import gettext as _
from fulfillment.services import file_store
from fulfillment.services.file_store import PDF, Kept, UnfitFile, check_content

UNKNOWN_TYPE = "application/octet-stream"
# A picture that claims more would take the memory of the whole process.
MAX_PIXELS = 64_000_000
_TYPE = re.compile(r"[\w.+-]{1,48}/[\w.+-]{1,48}", re.ASCII)


@dataclass(frozen=True)
class LabelDownload:
    """What came. `problem` says why it cannot be printed, empty when it can; `is_kept`: it lies on our disk."""

    kept: Kept
    problem: str = ""
    status: int | None = None
    is_kept: bool = True


def keep_answer(
    path: str, content: bytes, *, status: int | None, claimed_type: str = "", is_whole: bool = True
) -> LabelDownload:
    """Keep the answer under that path as it came, then judge it. `is_whole`: it came to its end.

    A disk that refuses it changes nothing about what happened: then there is no copy, and the problem says so.
    """
    claimed = claimed_type if _TYPE.fullmatch(claimed_type) else UNKNOWN_TYPE
    try:
        file_store.keep_bytes(path, content, content_type=claimed)
    except OSError as error:
        kept = Kept(size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type=claimed)
        return LabelDownload(kept, _("The disk refused it: %(error)s") % {"error": str(error)}, status, is_kept=False)
    return _judge(content, status=status, claimed=claimed, is_whole=is_whole)


def find_answer(path: str) -> LabelDownload | None:
    """What an earlier worker kept under that path, None when there is nothing."""
    content = file_store.read_file(path)
    return None if content is None else _judge(content, status=None, claimed=UNKNOWN_TYPE, is_whole=True)


def _judge(content: bytes, *, status: int | None, claimed: str, is_whole: bool) -> LabelDownload:
    shown, problem = judge_label(content)
    if problem and not is_whole and len(content) <= file_store.MAX_BYTES:
        problem = _("The connection broke off after %(size)d bytes.") % {"size": len(content)}
    kept = Kept(size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type=shown or claimed)
    return LabelDownload(kept, problem, status)


def judge_label(content: bytes) -> tuple[str, str]:
    """Return its type by its content, empty where that shows none, and why it cannot be printed, empty when it can."""
    if not content:
        return "", _("The answer was empty.")
    try:
        kind = check_content(content, pictures=True)
    except UnfitFile as error:
        shown = PDF if PdfMarks().add(content).has_header else ""
        return shown, _("It is no whole label: %(error)s") % {"error": str(error)}
    return kind, _judge_pdf(content) if kind == PDF else _judge_picture(content)


def _judge_pdf(content: bytes) -> str:
    from fulfillment.services.pdf_reading import DamagedPdf, ProtectedPdf, open_pdf

    try:
        pages = len(open_pdf(BytesIO(content)).pages)
    except ProtectedPdf:
        return _("The PDF is protected by a password.")
    except DamagedPdf:
        return _("The PDF is damaged and cannot be opened.")
    return "" if pages else _("The PDF has no pages.")


def _judge_picture(content: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return _("The picture is too large.")
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _("The picture is damaged and cannot be opened.")
    return ""
