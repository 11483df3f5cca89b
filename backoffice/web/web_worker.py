"""gunicorn's threads with an end to patience: who sends a request too slowly loses the connection.

gunicorn waits without end for the rest of a request that was begun, so that a few half-sent ones occupy every thread.
This bounds what each costs; it is no replacement for a proxy that takes requests in whole before it passes them on.
"""

import errno
import os
import socket
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from backoffice.web.chunked import LONGEST

# Bytes a second; each arriving one gives that much more time, so that large files may take long and idle senders not.
SLOWEST = 10_000
# Seconds in which the rest of a refused body may still arrive.
LINGERING = 5.0


class PatientSocket(socket.socket):
    """A connection whose reads have to be over by `deadline` (of the monotonic clock)."""

    deadline = float("inf")

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Raise ConnectionResetError when the sender is too slow: what gunicorn takes for one that went away."""
        left = self.deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self.settimeout(left)
            data = super().recv(size, flags)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "The request came too slowly.") from None
        finally:
            self.settimeout(None)
        self.deadline += len(data) / SLOWEST
        return data


class DeadlineWorker(ThreadWorker):
    """REQUEST_SECONDS bound head and body of a request together."""

    def handle(self, conn: TConn) -> Any:
        if not self.cfg.is_ssl:
            if not isinstance(conn.sock, PatientSocket):
                conn.sock = PatientSocket(fileno=conn.sock.detach())
            conn.sock.deadline = time.monotonic() + float(os.environ.get("REQUEST_SECONDS") or 10)
        goes_on = super().handle(conn)
        if goes_on is False:
            _read_the_rest(conn)
        return goes_on


def _read_the_rest(conn: TConn) -> None:
    """Read what is left of a body that was refused: closed before, the connection would be reset, and a proxy that is
    still sending would answer 502 for our 413."""
    parser = getattr(conn, "parser", None)
    if parser is None:
        return
    until = time.monotonic() + LINGERING
    if isinstance(conn.sock, PatientSocket):
        conn.sock.deadline = min(conn.sock.deadline, until)
    try:
        parser.finish_body(deadline=until, max_bytes=LONGEST)
    except (OSError, ValueError):
        return  # it went away, or was closed by us
