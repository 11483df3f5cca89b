"""What a file is by its content, whatever its sender calls it."""

from backoffice.files.pdf_marks import PdfMarks

PDF, PNG, JPEG, WEBP = "application/pdf", "image/png", "image/jpeg", "image/webp"
# No browser shows it.
UNKNOWN = "application/octet-stream"
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg", WEBP: "webp"}
# Bytes from the beginning that tell a picture.
PICTURE_START = 12
_STARTS = {b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}


def picture_type(start: bytes) -> str:
    """Return PNG, JPEG or WEBP by the first bytes, empty for anything else."""
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    return next((kind for mark, kind in _STARTS.items() if start.startswith(mark)), "")


def content_type_of(content: bytes) -> str:
    """Return the type of a picture or PDF, UNKNOWN for anything else."""
    return picture_type(content) or (PDF if PdfMarks().add(content).has_header else UNKNOWN)
