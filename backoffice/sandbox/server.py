"""The HTTP server: one thread per connection, HTTP/1.1 with keep-alive, bound to loopback."""

import contextlib
import re
import socket
import struct
import sys
import threading
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.faults import FaultRule, Faults
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.mishaps import strike
from backoffice.sandbox.wire import Request, Response, message

LARGEST_BODY = 8 * 1024 * 1024
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class App(Protocol):
    """A replayed vendor, or the control routes."""

    name: str

    @property
    def ledger(self) -> Ledger | None:
        """Where its requests are counted."""

    def is_api(self, path: str) -> bool:
        """Return whether requests for this path are counted and can be hit by faults."""

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""

    def revoke(self, token: str) -> None:
        """Make a bearer token worthless."""


class SandboxServer(ThreadingHTTPServer):
    """Hands every request to the app whose base path it begins with."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], *, apps: dict[str, App], faults: Faults, clock: Clock) -> None:
        super().__init__(address, Handler)
        self.apps = apps
        self.faults = faults
        self.clock = clock
        self.host = f"{address[0]}:{self.server_port}"
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def app_for(self, path: str) -> tuple[str, App] | None:
        """Return base path and app for an absolute path, or None."""
        for base, app in self.apps.items():
            if path.startswith(base):
                return base, app
        return None

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, so that stopping can close it."""
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent about clients that went away; anything else is a bug of ours and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Stop accepting, wake everything that hangs, close what is open."""
        self.stopping.set()
        self.shutdown()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer
    _app: App
    _asked: Request

    def setup(self) -> None:
        """Register the connection."""
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        """Unregister the connection."""
        self.server.closed(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing per request; the ledger counts them."""

    def _handle(self) -> None:
        url = urlsplit(self.path)
        body = self._read_body()
        found = self.server.app_for(url.path)
        if body is None or found is None:
            self.send(message(404 if body is not None else 413, "Not found." if body is not None else "Too large."))
            return
        base, self._app = found
        self._asked = Request(
            method=self.command,
            path=unquote(url.path[len(base) :]),
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            headers=self.headers,
            body=body,
            base_url=f"http://{self.headers.get('Host') or self.server.host}{base}",
        )
        self._answer()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle

    def _answer(self) -> None:
        if self._ledger is not None:
            self._ledger.arrived(self.server.clock.seconds())
        rule = self._struck_by()
        if rule is None:
            self.send(self.work())
            return
        self._count(f"fault:{rule.kind}")
        strike(self, rule)

    @property
    def _ledger(self) -> Ledger | None:
        return self._app.ledger if self._app.is_api(self._asked.path) else None

    def _struck_by(self) -> FaultRule | None:
        if not self._app.is_api(self._asked.path):
            return None
        return self.server.faults.pick(self._app.name, self.command, self._asked.path)

    def _count(self, outcome: int | str) -> None:
        if self._ledger is not None:
            self._ledger.count(self.command, _NUMBER.sub("{id}", self._asked.path), outcome)

    def _read_body(self) -> bytes | None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = LARGEST_BODY + 1
        if length > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return None
        return self.rfile.read(length)

    # What mishaps.Exchange asks for

    def work(self) -> Response:
        """Do what was asked and return the answer, not yet sent."""
        response = self._app.handle(self._asked)
        self._count(response.status)
        return response

    def wait(self, seconds: float) -> bool:
        """Sleep; False when the sandbox is being stopped meanwhile."""
        return not self.server.stopping.wait(seconds)

    def revoke_token(self) -> None:
        """Make the token of this request worthless."""
        self._app.revoke((self.headers.get("Authorization") or "").removeprefix("Bearer "))

    def reset(self) -> None:
        """Cut the connection with RST."""
        self.close_connection = True
        self.server.closed(self.connection)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.rfile.close()  # the socket closes, and so resets, only with the last file made from it
        self.connection.close()

    def close(self) -> None:
        """End the connection without an answer."""
        self.close_connection = True

    def send(self, response: Response) -> None:
        """Send an answer, in chunks when its body is a stream."""
        if isinstance(response.body, bytes):
            self.wfile.write(self._head(response, f"Content-Length: {len(response.body)}") + self._shown(response.body))
            return
        self.wfile.write(self._head(response, "Transfer-Encoding: chunked"))
        self._send_chunks(response.body)

    def _send_chunks(self, pieces: Iterable[bytes]) -> None:
        if self.command == "HEAD":
            return
        for piece in pieces:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def send_raw(self, response: Response, *, keep: float = 1.0, seconds: float = 0.0) -> None:
        """Send the head and only the share `keep` of the body, spread over `seconds`; close when cut short."""
        body = response.whole()
        shown = body[: int(len(body) * keep)]
        self.wfile.write(self._head(response, f"Content-Length: {len(body)}"))
        parts = 20 if seconds else 1
        size = len(shown) // parts + 1
        for start in range(0, len(shown), size):
            if seconds and not self.wait(seconds / parts):
                break
            self.wfile.write(shown[start : start + size])
        if keep < 1 or self.server.stopping.is_set():
            self.close()

    def _shown(self, body: bytes) -> bytes:
        return b"" if self.command == "HEAD" else body

    def _head(self, response: Response, length: str) -> bytes:
        try:
            phrase = HTTPStatus(response.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {response.status} {phrase}", f"Date: {self.date_time_string()}", length]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
