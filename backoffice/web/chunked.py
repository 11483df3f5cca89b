"""Bodies sent in chunks, without a length, as some HTTP clients do: Django would take them for empty."""

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

# Bytes; more than any endpoint takes. Up to IN_MEMORY of it are kept in memory, the rest on disk.
LONGEST = 101 * 1024 * 1024
IN_MEMORY = 1024 * 1024
PIECE = 64 * 1024


def with_known_length(application: Application) -> Application:
    """Wrap the application to know the length of a body that came in chunks. 413 for one of more than LONGEST."""

    def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not _is_chunked(environ):
            return application(environ, start_response)
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - read by the application, then dropped
        length = _copy(environ["wsgi.input"], body)
        if length > LONGEST:
            start_response("413 Content Too Large", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
        return application(environ, start_response)

    return answer


def _is_chunked(environ: Environ) -> bool:
    """Return true only where the server marks its input as ending by itself: reading any other would wait for ever."""
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return is_chunked and not environ.get("CONTENT_LENGTH") and bool(environ.get("wsgi.input_terminated"))


def _copy(source: IO[bytes], body: IO[bytes]) -> int:
    """Copy, at most one byte more than allowed, and go back to the start. Answers the length."""
    length = 0
    while piece := source.read(min(PIECE, LONGEST + 1 - length)):
        body.write(piece)
        length += len(piece)
    body.seek(0)
    return length
