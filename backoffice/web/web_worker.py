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

# Bytes a second; each arriving one gives that much more time, so that large files may take long and idle senders not.
SLOWEST = 10_000


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
        return super().handle(conn)
