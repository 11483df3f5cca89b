"""A file of the store, read once from its beginning to its end while it comes."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from botocore.exceptions import HTTPClientError, IncompleteReadError

# How often one file may break off on its way before its reader hears of it.
TRIES = 3


class S3Reader(io.RawIOBase):
    """Opens at once, so that what is not there is known before anything is answered. A connection that breaks is
    opened anew behind the last byte, of the same content only.
    """

    def __init__(self, *, get: Callable[..., Any], asking: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._get, self._asking = get, asking
        self._offset = self._breaks = 0
        with asking():
            found = get()
        self._body, self._etag, self.size = found["Body"], found["ETag"], int(found["ContentLength"])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._asking():
            piece = self._piece(len(buffer))
        buffer[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            with suppress(OSError):
                self._body.close()
        super().close()

    def _piece(self, most: int) -> bytes:
        while True:
            try:
                return bytes(self._body.read(most))
            except (HTTPClientError, IncompleteReadError):
                self._breaks += 1
                if self._breaks >= TRIES:
                    raise
                self._body.close()
                self._body = self._get(offset=self._offset, etag=self._etag)["Body"]
