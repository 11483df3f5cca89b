"""Whether bytes are a whole PDF by what every reader looks for: the header near the beginning, the end mark behind.

Readers skip what stands before the header and behind the end mark: line ends, the zeros of a buffer, a server's own
words. A file that was cut off is known by its missing end mark, or by objects that go on behind the last one, as in a
file that was made to be shown page by page while it loads.
"""

import re

# Bytes within which the header has to begin, as Acrobat and the readers after it have it.
HEADER_WITHIN = 1024
HEADER, _END = b"%PDF-", b"%%EOF"
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
# Longer than a mark or the beginning of an object, so that none is missed between two pieces.
_OVERLAP = 40


class PdfMarks:
    """What passed by of a file, given piece by piece."""

    def __init__(self) -> None:
        self._start = b""
        self._rest = b""
        self._has_end = False
        self._goes_on = False

    def add(self, piece: bytes) -> "PdfMarks":
        """Look at the next piece of the file."""
        missing = HEADER_WITHIN + len(HEADER) - len(self._start)
        if missing > 0:
            self._start += piece[:missing]
        seen = self._rest + piece
        end = seen.rfind(_END)
        if end >= 0:
            self._has_end, self._goes_on = True, False
            seen = seen[end + len(_END) :]
        if self._has_end and not self._goes_on:
            self._goes_on = _OBJECT.search(seen) is not None
        self._rest = seen[-_OVERLAP:]
        return self

    @property
    def has_header(self) -> bool:
        return HEADER in self._start

    @property
    def is_whole(self) -> bool:
        """Whether header and end are there, and nothing of the PDF behind its end."""
        return self.has_header and self._has_end and not self._goes_on
