"""Files as answers, to whoever may have them: shown by a browser, but nothing in them may run."""

from typing import IO, Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from backoffice.files.checked import PIECE
from backoffice.files.types import ENDINGS, PDF, UNKNOWN

# The type is ours, not what a browser makes of the bytes; and it is not for caches in between.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
# What is opened by itself gets none of our rights. Browsers show no PDF in a sandbox, and what we answer as one was
# looked into.
_SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"}


def file_response(
    content: bytes | IO[bytes], *, content_type: str, name: str, save: bool = False, seconds: int = 0
) -> HttpResponseBase:
    """Return a file to look at or, with `save` and where its type is none of ours, one that is only saved.

    `name` is without ending. An opened file is streamed and closed. `seconds`: how long its reader may keep it.
    """
    ending = ENDINGS.get(content_type, "bin")
    shown = "attachment" if save or content_type not in ENDINGS else "inline"
    headers = {**_SAFE, "Content-Disposition": f'{shown}; filename="{_plain(name)}.{ending}"'}
    if seconds:
        headers["Cache-Control"] = f"private, max-age={seconds}"
    if content_type != PDF:
        headers |= _SANDBOX
    kind = content_type if shown == "inline" else UNKNOWN
    answer = HttpResponse(content) if isinstance(content, bytes) else streamed(content)
    for header, value in {**headers, "Content-Type": kind}.items():
        answer[header] = value
    return answer


def streamed(file: IO[bytes], **more: Any) -> FileResponse:
    """Return an answer that hands on the file while it is read, and closes it."""
    answer = FileResponse(file, **more)
    answer.block_size = PIECE
    if (size := getattr(file, "size", None)) is not None:  # Django asks only files of a disk for their length
        answer["Content-Length"] = str(size)
    return answer


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
