"""The files of a backup: written in one pass with their digests, read back in one."""

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from backoffice.engine.services.backups.manifest import BackupError, BackupPart
from backoffice.engine.services.files import open_path
from backoffice.files.stores.base import StoredEntry

PIECE = 1024 * 1024


class DigestFile(BufferedIOBase):
    """A new file that knows its size and digest; `close` puts it on the disk for good."""

    def __init__(self, path: Path) -> None:
        self._path, self._digest, self._size = path, hashlib.sha256(), 0
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._digest.update(data)
        self._size += len(data)
        return self._file.write(data)

    def close(self) -> None:
        """Flush down to the disk. May be called again."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        super().close()

    def part(self) -> BackupPart:
        return BackupPart(self._path.name, self._size, self._digest.hexdigest())


class _Digested:
    """A file that is read, with the digest of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def copy(source: BinaryIO, target: DigestFile) -> None:
    while piece := source.read(PIECE):
        target.write(piece)


def write_files(entries: Iterable[StoredEntry], *, archive: DigestFile, digests: DigestFile) -> int:
    """Write the files into the archive, and their digests as `sha256sum` reads them; return how many there are.

    One that was deleted meanwhile is left out.
    """
    count = 0
    with tarfile.open(fileobj=cast(BinaryIO, archive), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for found in entries:
            try:
                file = open_path(found.name, size=found.size)
            except FileNotFoundError:
                continue
            with file:
                entry = tarfile.TarInfo(found.name)
                entry.size, entry.mode, entry.mtime = found.size, 0o600, int(found.modified.timestamp())
                passing = _Digested(file)
                tar.addfile(entry, cast(BinaryIO, passing))
            digests.write(f"{passing.digest.hexdigest()}  {found.name}\n".encode())
            count += 1
    return count


def read_files(archive: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Yield name and content of each, in order; each content has to be read before the next is asked for.

    Raises BackupError for what no backup of ours has: links, devices, names that lead elsewhere.
    """
    try:
        with tarfile.open(archive, mode="r|") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() and _is_plain(entry.name) else None
                if content is None:
                    raise BackupError(f"{archive.name} has an entry that no backup has: {entry.name!r}.")
                yield entry.name, cast(BinaryIO, content)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{archive} cannot be read: {error}") from error


def digest_of(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := source.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and name == str(path)
