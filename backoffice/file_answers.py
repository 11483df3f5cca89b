"""Files as answers, to whoever may have them: shown by a browser, but nothing in them may run."""

from typing import IO

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

# The type is ours, not what a browser makes of the bytes; and it is not for caches in between. No policy that
# sandboxes: browsers show no PDF then.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def answer_file(content: bytes | IO[bytes], *, content_type: str, name: str) -> HttpResponseBase:
    """A file to look at, or, where its type is none of ours, to be saved. `name` is without ending.

    An opened file is streamed and closed.
    """
    ending = _ENDINGS.get(content_type)
    shown = "inline" if ending else "attachment"
    headers = {**_SAFE, "Content-Disposition": f'{shown}; filename="{_plain(name)}.{ending or "bin"}"'}
    if isinstance(content, bytes):
        return HttpResponse(content, content_type=content_type, headers=headers)
    answer = FileResponse(content, content_type=content_type)
    for header, value in headers.items():
        answer[header] = value
    return answer


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
