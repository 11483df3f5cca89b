"""Reading what was kept, compared with what is known of it."""

import hashlib
import io
from typing import Any, BinaryIO

PIECE = 64 * 1024


class DamagedFile(Exception):
    """What lies there is not what was kept: a disk or a store has changed it."""


class CheckedFile(io.RawIOBase):
    """A kept file, read once from its beginning to its end, in constant memory.

    Its last bytes are given out only once all of it has proved right: whoever gets it sees that it broke off, and never
    takes a damaged one for whole. `sha256` empty: nothing is known of it.
    """

    def __init__(self, source: BinaryIO, *, name: str, sha256: str = "", size: int | None = None) -> None:
        super().__init__()
        self._source, self._name, self._sha256 = source, name, sha256
        self.size = _size_of(source) if size is None else size
        self._digest = hashlib.sha256()
        self._ahead = self._take()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        given, rest = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        self._ahead = rest or (self._take() if given else b"")
        buffer[: len(given)] = given
        return len(given)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(PIECE), b""))

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _take(self) -> bytes:
        piece = self._source.read(PIECE)
        self._digest.update(piece)
        if not piece and self._sha256 and self._digest.hexdigest() != self._sha256:
            self._source.close()
            raise DamagedFile(f"{self._name} is not what was kept under that name.")
        return piece


def _size_of(source: Any) -> int:
    """Return how many bytes it has: a store says so, a disk and what is in memory are asked."""
    if (size := getattr(source, "size", None)) is not None:
        return int(size)
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    return int(size)
