"""Files given to us: streamed to the disk, checked, kept once, served to whoever has a signed link.

A row is written only when its whole file lies under its name. An upload that breaks off leaves a part that the next
upload after a day clears away, and nothing else.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.errors import DomainError, InvalidInput
from backoffice.models import Shop
from backoffice.pdf_marks import PdfMarks
from backoffice.services.disk import room_for
from backoffice.translatable import gettext as _
from orders.models import ShopFile
from orders.services.files.signed_links import Linked, sign_link

MAX_FILE_BYTES = 100 * 1024 * 1024
FOLDER, PARTS = "files", "files/parts"
PDF = "application/pdf"
_FORGOTTEN_SECONDS = 24 * 3600


class TooLarge(DomainError):
    """More than MAX_FILE_BYTES."""

    code = "too_large"


@dataclass
class _Seen:
    """What passed by on the way to the disk."""

    size: int = 0
    marks: PdfMarks = field(default_factory=PdfMarks)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > MAX_FILE_BYTES:
            raise TooLarge(too_large_text())
        self.marks.add(chunk)
        self.digest.update(chunk)


def too_large_text() -> str:
    return _("The file has more than %(limit)d MB.") % {"limit": MAX_FILE_BYTES // 1024**2}


def store_file(chunks: Iterable[bytes], *, shop: Shop, name: str = "") -> tuple[ShopFile, bool]:
    """The shop's file is kept; answers it and whether it is new. The same content again is the same file.

    Raises InvalidInput for what is no whole PDF, TooLarge, and NoRoom when the disk is full.
    """
    with room_for(MAX_FILE_BYTES):
        (_root() / PARTS).mkdir(parents=True, exist_ok=True)
        _clear_forgotten_parts()
        with _part() as part:
            seen = _write(chunks, part)
            _check(seen)
            return _keep(part, seen, shop=shop, name=name)


def open_file(file: ShopFile) -> BinaryIO:
    """Our copy. Raises FileNotFoundError."""
    return (_root() / file.path).open("rb")


def find_files(public_ids: Iterable[str], *, shop: Shop) -> dict[str, ShopFile]:
    """The shop's files by their ids; one query, none without ids."""
    wanted = set(public_ids)
    if not wanted:
        return {}
    return {file.public_id: file for file in ShopFile.objects.filter(shop=shop, public_id__in=wanted)}


def link_file(public_id: str) -> str:
    """An address that serves the file for FILE_LINK_DAYS days from now."""
    return sign_link(Linked.FILE, public_id)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _clear_forgotten_parts() -> None:
    """What uploads left behind whose process was killed."""
    for entry in os.scandir(_root() / PARTS):
        if entry.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
            Path(entry.path).unlink(missing_ok=True)


@contextmanager
def _part() -> Iterator[Path]:
    part = _root() / PARTS / uuid.uuid4().hex
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _write(chunks: Iterable[bytes], part: Path) -> _Seen:
    seen = _Seen()
    with part.open("xb") as target:
        for chunk in chunks:
            seen.add(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return seen


def _check(seen: _Seen) -> None:
    if not seen.marks.has_header:
        complaint = _("The file is not a PDF: it does not begin with %PDF-.")
    elif not seen.marks.is_whole:
        complaint = _("The PDF has no end: it was cut off.")
    else:
        return
    raise InvalidInput(_("The file cannot be printed."), errors={"file": [complaint]})


def _keep(part: Path, seen: _Seen, *, shop: Shop, name: str) -> tuple[ShopFile, bool]:
    """Name the part and write its row; of two uploads of the same content at once the second takes the first's row."""
    sha256 = seen.digest.hexdigest()
    # Named after its content: a repeated upload whose first one broke off here finds the same place.
    path = f"{FOLDER}/{sha256[:2]}/{shop.pk}-{sha256}.pdf"
    target = _root() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
    _sync_folder(target.parent)
    if (known := _find_kept(shop, sha256)) is not None:
        return known, False
    row = ShopFile(shop=shop, name=name[:200], path=path, size=seen.size, sha256=sha256, content_type=PDF)
    row.stored_at = timezone.now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        known = _find_kept(shop, sha256)
        if known is None:
            raise
        return known, False
    return row, True


def _find_kept(shop: Shop, sha256: str) -> ShopFile | None:
    return ShopFile.objects.filter(shop=shop, sha256=sha256).first()


def _sync_folder(folder: Path) -> None:
    """Without it the new name may be lost although the content is not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
