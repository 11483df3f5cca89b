"""Files of vendors on our disk: whole or not at all, checked, under names of our own.

Names and types that a vendor gives are data; paths are random numbers below MEDIA_ROOT.
"""

import hashlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from backoffice.pdf_marks import PdfMarks
from backoffice.services.disk import FREE_BYTES_FLOOR
from fulfillment.models.stored_file import StoredFile

FOLDER = "fulfillment"
MAX_BYTES = 25 * 1024 * 1024
PDF = "application/pdf"
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
PICTURES = frozenset(_PICTURES.values())


class UnfitFile(ValueError):
    """The content is not what it should be; the text says why."""


class NoSpace(OSError):
    """The disk is so full that nothing more is put on it."""


@dataclass(frozen=True)
class Kept:
    """What is on the disk now: bytes, hash, and the type that the content itself shows."""

    size: int
    sha256: str
    content_type: str


def new_path() -> str:
    """A name below MEDIA_ROOT that nothing else has."""
    name = uuid.uuid4().hex
    return f"{FOLDER}/{name[:2]}/{name}"


def check_content(content: bytes, *, pictures: bool = False) -> str:
    """Its type, by what its bytes show: a whole PDF, or with `pictures` also PNG and JPEG. Raises UnfitFile."""
    if len(content) > MAX_BYTES:
        raise UnfitFile(f"The file has {len(content)} bytes, more than {MAX_BYTES}.")
    found = next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
    if found is not None and pictures:
        return found
    marks = PdfMarks().add(content)
    if not marks.has_header:
        raise UnfitFile("The file is not a PDF.")
    if not marks.is_whole:
        raise UnfitFile("The PDF has no end: it was cut off.")
    return PDF


def require_space() -> None:
    """Raises NoSpace when a file might not fit: asked before anything is fetched that can be fetched only once."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < FREE_BYTES_FLOOR + MAX_BYTES:
        raise NoSpace("Less than 1 GB is left on the disk for files.")


def write_file(path: str, content: bytes, *, pictures: bool = False) -> Kept:
    """What is fit is on the disk under that path, as `keep_bytes` has it. Raises UnfitFile and OSError."""
    return keep_bytes(path, content, content_type=check_content(content, pictures=pictures))


def keep_bytes(path: str, content: bytes, *, content_type: str) -> Kept:
    """The content is on the disk under that path, whole, also after a loss of power, whatever it is. Raises OSError."""
    target = _absolute(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
        _sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)
    return Kept(size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type=content_type)


def read_file(path: str) -> bytes | None:
    """What lies under that path, None when there is nothing."""
    try:
        return _absolute(path).read_bytes() if path else None
    except FileNotFoundError:
        return None


def note_kept(row: StoredFile, kept: Kept) -> list[str]:
    """Set the columns of a kept file; answers their names, for the caller's save."""
    row.size, row.sha256, row.content_type, row.stored_at = kept.size, kept.sha256, kept.content_type, timezone.now()
    return ["path", "size", "sha256", "content_type", "stored_at"]


def open_file(row: StoredFile) -> BinaryIO:
    """Our copy, opened for reading. Raises FileNotFoundError when there is none."""
    if not row.is_kept:
        raise FileNotFoundError(row.path)
    return _absolute(row.path).open("rb")


def _absolute(path: str) -> Path:
    return Path(settings.MEDIA_ROOT) / path


def _sync_folder(folder: Path) -> None:
    """Without it the new name may be lost although the content is not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
