"""Files on a disk of this machine, or a folder that several share."""

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from django.core.files.storage import FileSystemStorage

from backoffice.files.stores.base import FileStore, StoredEntry, name_of

PARTS = "parts"
_FORGOTTEN_SECONDS = 24 * 3600


class LocalStore(FileStore, FileSystemStorage):
    """Below MEDIA_ROOT. What lies under a name is whole, also after a loss of power.

    A process that is killed leaves a part, which is cleared away after a day.
    """

    is_remote: ClassVar[bool] = False

    @property
    def spool_folder(self) -> Path:
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def walk(self) -> Iterator[StoredEntry]:
        if Path(self.location).is_dir():
            yield from self._walk(Path(self.location))

    def holds(self, name: str, *, size: int, sha256: str) -> bool:
        try:
            with Path(self.path(name)).open("rb") as file:
                return (
                    os.fstat(file.fileno()).st_size == size
                    and hashlib.file_digest(file, "sha256").hexdigest() == sha256
                )
        except FileNotFoundError:
            return False

    def _walk(self, folder: Path) -> Iterator[StoredEntry]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                if Path(entry.path) != Path(self.path(PARTS)):
                    yield from self._walk(Path(entry.path))
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:  # deleted meanwhile
                continue
            name = str(Path(entry.path).relative_to(self.location))
            yield StoredEntry(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _save(self, name: str, content: Any) -> str:
        with self._part() as part:
            with part.open("xb") as target:
                for chunk in content.chunks():
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            name = name_of(content, name)
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


def _sync_folder(folder: Path) -> None:
    """Sync the folder too: otherwise the new name may be lost although the content is not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
