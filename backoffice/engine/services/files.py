"""Files that we keep: one way onto the disk and one way back, whoever gave them.

Names and types that others give are data: the path is ours, the type is what the content shows. What lies under a path
is whole, also after a loss of power. A process that is killed leaves a part, which is cleared away after a day.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from backoffice.engine.models.stored_file import StoredFile
from backoffice.errors import DomainError
from backoffice.files.pdf_marks import PdfMarks
from backoffice.files.types import PDF, PICTURE_START, UNKNOWN, picture_type
from backoffice.text.translatable import gettext as _

PARTS = "parts"
_FORGOTTEN_SECONDS = 24 * 3600


class UnfitFile(DomainError):
    """The content is not what it should be; the text says why."""

    code = "unfit_file"


class FileTooLarge(UnfitFile):
    """It has more bytes than are taken."""

    code = "too_large"


@dataclass(frozen=True)
class Kept:
    """What is on the disk now: its path below MEDIA_ROOT, bytes, and the type that the content itself shows."""

    path: str
    size: int
    sha256: str
    content_type: str

    def columns(self) -> dict[str, Any]:
        """Return what its row says of it."""
        return {**asdict(self), "stored_at": timezone.now()}


class Incoming:
    """A file on its way to us, looked at as it passes; it breaks off with UnfitFile where it is not what is taken.

    `accepts`: the types that are taken, None for anything. `max_bytes`: None without a limit.
    """

    def __init__(
        self, pieces: Iterable[bytes], *, accepts: Collection[str] | None = None, max_bytes: int | None = None
    ) -> None:
        self._pieces, self._accepts, self._max_bytes = pieces, accepts, max_bytes
        self._start, self._marks, self._digest, self._passed = b"", PdfMarks(), hashlib.sha256(), 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the pieces, which is what a storage asks a file for."""
        for piece in self._pieces:
            self._passed += len(piece)
            if self._max_bytes is not None and self._passed > self._max_bytes:
                raise FileTooLarge(too_large_text(self._max_bytes))
            self._start += piece[: PICTURE_START - len(self._start)]
            self._marks.add(piece)
            self._digest.update(piece)
            yield piece
        if self._accepts is not None:
            self._check(self._accepts)

    def kept_as(self, path: str) -> Kept:
        """Return what has passed, under that path."""
        sha256 = self._digest.hexdigest()
        return Kept(path.format(sha256=sha256), self._passed, sha256, self.content_type)

    @property
    def content_type(self) -> str:
        picture = picture_type(self._start)
        if picture and (self._accepts is None or picture in self._accepts):
            return picture
        return PDF if self._marks.has_header else UNKNOWN

    def _check(self, accepts: Collection[str]) -> None:
        if self.content_type not in accepts:
            if PDF in accepts:
                raise UnfitFile(_("The file is not a PDF: it does not begin with %PDF-."))
            raise UnfitFile(_("The content is no PNG, JPEG or WebP picture."))
        if self.content_type == PDF and not self._marks.is_whole:
            raise UnfitFile(_("The PDF has no end: it was cut off."))


class KeepingStorage(FileSystemStorage):
    """Django's storage on a disk: a file lies under its name whole or not at all, and replaces the one before it."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        with self._part() as part:
            with part.open("xb") as target:
                for chunk in content.chunks():
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            if isinstance(content, Incoming):
                name = content.kept_as(name).path
            place = Path(self.path(name))
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, place)
            _sync_folder(place.parent)
        return name

    @contextmanager
    def _part(self) -> Iterator[Path]:
        folder = Path(self.path(PARTS))
        folder.mkdir(parents=True, exist_ok=True)
        for entry in os.scandir(folder):  # what processes left behind that were killed
            if entry.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
                Path(entry.path).unlink(missing_ok=True)
        part = folder / uuid.uuid4().hex
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)


def too_large_text(max_bytes: int) -> str:
    return _("The file has more than %(limit)d MB.") % {"limit": max_bytes // 1024**2}


def new_path(folder: str) -> str:
    """Return a name below MEDIA_ROOT that nothing else has."""
    name = uuid.uuid4().hex
    return f"{folder}/{name[:2]}/{name}"


def keep_file(
    content: bytes | Iterable[bytes],
    *,
    path: str,
    accepts: Collection[str] | None = None,
    max_bytes: int | None = None,
) -> Kept:
    """Keep the content under that path, in which `{sha256}` stands for its digest. It is never in memory as a whole.

    Raises UnfitFile for a type that is not among `accepts`, FileTooLarge, and OSError; then nothing is left of it.
    """
    pieces = [content] if isinstance(content, bytes) else content
    incoming = Incoming(pieces, accepts=accepts, max_bytes=max_bytes)
    return incoming.kept_as(default_storage.save(path, cast(Any, incoming)))


def inspect_content(content: bytes, *, accepts: Collection[str] | None = None, max_bytes: int | None = None) -> Kept:
    """Return what keeping it would, under no path, and keep nothing. Raises UnfitFile and FileTooLarge."""
    incoming = Incoming([content], accepts=accepts, max_bytes=max_bytes)
    for _piece in incoming.chunks():
        pass
    return incoming.kept_as("")


def read_file(path: str) -> bytes | None:
    """Return what lies under that path, None when there is nothing."""
    try:
        with open_path(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def open_path(path: str) -> BinaryIO:
    """Open what lies under that path. Raises FileNotFoundError, also without a path."""
    if not path:
        raise FileNotFoundError(path)
    return cast(BinaryIO, default_storage.open(path).file)


def open_file(row: StoredFile) -> BinaryIO:
    """Open our copy. Raises FileNotFoundError when there is none."""
    return open_path(row.path if row.is_kept else "")


def note_kept(row: StoredFile, kept: Kept) -> list[str]:
    """Set the columns of a kept file; return their names, for the caller's save."""
    columns = kept.columns()
    for name, value in columns.items():
        setattr(row, name, value)
    return list(columns)


def _sync_folder(folder: Path) -> None:
    """Sync the folder too: otherwise the new name may be lost although the content is not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
