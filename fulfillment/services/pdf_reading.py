"""PDFs, opened as every reader does. Heavy to load: import it where a file is looked into."""

import io
import zlib
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from backoffice.files.pdf_marks import HEADER, HEADER_WITHIN

# What pypdf lets through of broken files besides its own errors.
BROKEN = (
    PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, NotImplementedError,
    RecursionError, OverflowError, ArithmeticError, EOFError, OSError, zlib.error,
)  # fmt: skip


class DamagedPdf(ValueError):
    """No reader opens it."""


class ProtectedPdf(DamagedPdf):
    """It opens with a password only."""


def open_pdf(content: BinaryIO) -> PdfReader:
    """Return the opened PDF, whatever stands before its header or behind its end.

    An owner's password forbids things and opens nothing: such a file is opened like any other. Raises ProtectedPdf and
    DamagedPdf.
    """
    before = content.read(HEADER_WITHIN + len(HEADER)).find(HEADER)
    content.seek(0)
    if before <= 0:
        return _open(content)
    try:  # places are counted from the header as a rule, and now and then from the first byte
        return _open(io.BufferedReader(_Behind(content, before)))
    except ProtectedPdf:
        raise
    except DamagedPdf:
        content.seek(0)
        return _open(content)


class _Behind(io.RawIOBase):
    """A file from its `start` on, as if it began there: read where it lies, since it may be larger than the memory."""

    def __init__(self, source: BinaryIO, start: int) -> None:
        super().__init__()
        self._source, self._start = source, start
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._source.seek(offset + self._start if whence == io.SEEK_SET else offset, whence)
        if self.tell() < 0:
            self._source.seek(self._start)
        return self.tell()

    def tell(self) -> int:
        return self._source.tell() - self._start


def _open(content: BinaryIO) -> PdfReader:
    try:
        reader = PdfReader(content, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ProtectedPdf("The PDF opens with a password only.")
        len(reader.pages)
    except ProtectedPdf:
        raise
    except BROKEN as error:
        raise DamagedPdf(str(error) or type(error).__name__) from error
    return reader
