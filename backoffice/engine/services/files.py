"""Files that we keep: one way in and one way back, whoever gave them and wherever they lie (`backoffice/files/stores`).

Names and types that others give are data: the path is ours, the type is what the content shows. What lies under a path
is whole, and what is read is what was kept.
"""

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils import timezone

from backoffice.engine.models.file_deletion import FileDeletion
from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.models.waiting_file import WaitingFile
from backoffice.errors import DomainError
from backoffice.files.checked import CheckedFile
from backoffice.files.pdf_marks import PdfMarks
from backoffice.files.stores.base import FileStore, StoreAway
from backoffice.files.types import PDF, PICTURE_START, UNKNOWN, picture_type
from backoffice.text.translatable import gettext as _

# Bytes of a file read back and forth that are kept in memory; the rest lies in the folder for temporary files.
IN_MEMORY = 1024 * 1024


class UnfitFile(DomainError):
    """The content is not what it should be; the text says why."""

    code = "unfit_file"


class FileTooLarge(UnfitFile):
    """It has more bytes than are taken."""

    code = "too_large"


@dataclass(frozen=True)
class Kept:
    """What is kept now: its path, bytes, and the type that the content itself shows."""

    path: str
    size: int
    sha256: str
    content_type: str

    def columns(self) -> dict[str, Any]:
        """Return what its row says of it."""
        return {**asdict(self), "stored_at": timezone.now()}


class Incoming:
    """A file on its way to us, looked at as it passes; it breaks off with UnfitFile where it is not what is taken.

    `accepts`: the types that are taken, None for anything. `max_bytes`: None without a limit. `reuses_path`: see
    `keep_file`.
    """

    def __init__(
        self,
        pieces: Iterable[bytes],
        *,
        accepts: Collection[str] | None = None,
        max_bytes: int | None = None,
        reuses_path: bool = False,
    ) -> None:
        self._pieces, self._accepts, self._max_bytes, self._reuses_path = pieces, accepts, max_bytes, reuses_path
        self._start, self._marks, self._digest, self._passed = b"", PdfMarks(), hashlib.sha256(), 0
        # Where a file lies that was to be deleted, and is not any more.
        self._spared = ""

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

    def name_for(self, pattern: str) -> str:
        """Return the path, in which `{sha256}` stands for the digest of what has passed. A store asks for it before
        anything lies there: from then on nothing is to be deleted there.
        """
        path = pattern.format(sha256=self._digest.hexdigest())
        if self._reuses_path and FileDeletion.objects.filter(path=path).delete()[0]:
            self._spared = path
        return path

    def give_up(self) -> None:
        """Have what lies there deleted after all, as nothing came in its place."""
        if self._spared:
            FileDeletion.objects.bulk_create([FileDeletion(path=self._spared)], ignore_conflicts=True)

    def kept_as(self, path: str) -> Kept:
        """Return what has passed, under that path."""
        return Kept(path, self._passed, self._digest.hexdigest(), self.content_type)

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
            raise UnfitFile(_("The content is not a PNG, JPEG or WebP image."))
        if self.content_type == PDF and not self._marks.is_whole:
            raise UnfitFile(_("The PDF is incomplete: its end is missing."))


def too_large_text(max_bytes: int) -> str:
    return _("The file is larger than %(limit)d MB.") % {"limit": max_bytes // 1024**2}


def store() -> FileStore:
    """Return where files are kept and read."""
    return cast(FileStore, default_storage)


def new_path(folder: str) -> str:
    """Return a name that nothing else has."""
    name = uuid.uuid4().hex
    return f"{folder}/{name[:2]}/{name}"


def keep_file(
    content: bytes | Iterable[bytes],
    *,
    path: str,
    accepts: Collection[str] | None = None,
    max_bytes: int | None = None,
    reuses_path: bool = False,
) -> Kept:
    """Keep the content under that path, in which `{sha256}` stands for its digest. It is never in memory as a whole.

    `reuses_path`: there may lie a file already that is still to be deleted, which would take this one along.
    Raises UnfitFile for a type that is not among `accepts`, FileTooLarge, StoreAway, and OSError; then nothing is left
    of it.
    """
    pieces = [content] if isinstance(content, bytes) else content
    incoming = Incoming(pieces, accepts=accepts, max_bytes=max_bytes, reuses_path=reuses_path)
    try:
        return incoming.kept_as(default_storage.save(path, cast(Any, incoming)))
    except BaseException:
        incoming.give_up()
        raise


def inspect_content(content: bytes, *, accepts: Collection[str] | None = None, max_bytes: int | None = None) -> Kept:
    """Return what keeping it would, under no path, and keep nothing. Raises UnfitFile and FileTooLarge."""
    incoming = Incoming([content], accepts=accepts, max_bytes=max_bytes)
    for _piece in incoming.chunks():
        pass
    return incoming.kept_as("")


def read_file(path: str) -> bytes | None:
    """Return what lies under that path, None when there is nothing. Raises StoreAway: then nobody knows."""
    try:
        with open_path(path) as file:
            return file.read()
    except FileNotFoundError:
        return None


def open_path(path: str, *, sha256: str = "", size: int | None = None) -> BinaryIO:
    """Open what lies under that path, to be read once from its beginning to its end.

    Raises FileNotFoundError, also without a path, StoreAway, and DamagedFile where it is not what `sha256` says.
    """
    if not path:
        raise FileNotFoundError(path)
    return cast(BinaryIO, CheckedFile(_source(path), name=path, sha256=sha256, size=size))


def open_file(row: StoredFile) -> BinaryIO:
    """Open our copy as `open_path` does. Raises FileNotFoundError when there is none."""
    return open_path(row.path if row.is_kept else "", sha256=row.sha256, size=row.size)


def open_at_any_place(row: StoredFile) -> BinaryIO:
    """Open our copy for readers that go back and forth in it. Raises what `open_file` raises."""
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - its reader closes it
    with open_file(row) as file:
        shutil.copyfileobj(file, spool)
    spool.seek(0)
    return cast(BinaryIO, spool)


def note_kept(row: StoredFile, kept: Kept) -> list[str]:
    """Set the columns of a kept file; return their names, for the caller's save."""
    columns = kept.columns()
    for name, value in columns.items():
        setattr(row, name, value)
    return list(columns)


def _source(path: str) -> BinaryIO:
    """Return what lies in the store, else what waits for it."""
    try:
        return cast(BinaryIO, default_storage.open(path).file)
    except (FileNotFoundError, StoreAway):
        waiting = WaitingFile.objects.filter(path=path).first() if store().is_remote else None
        if waiting is None:
            raise
        return BytesIO(waiting.content)
