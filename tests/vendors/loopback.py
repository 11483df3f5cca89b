"""A server on loopback that does to each request what a script says: answer, lie, drip, hang or cut the line."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Seen:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


Act = Callable[[socket.socket], None]


class CloseLine(Exception):
    """The script wants the connection closed."""


@dataclass
class Loopback:
    """`script` is worked off request by request, its last entry again and again; `seen` is what arrived."""

    port: int
    script: list[Act] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def next_act(self, seen: Seen) -> Act:
        with self.lock:
            self.seen.append(seen)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def reply(status: int, body: bytes | str = b"", **headers: str) -> Act:
    """Return a whole response on a connection that stays open."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw_reply("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)


def raw_reply(data: bytes, *, then_close: bool = False) -> Act:
    def act(line: socket.socket) -> None:
        line.sendall(data)
        if then_close:
            raise CloseLine

    return act


def cut(line: socket.socket) -> None:
    """Close without an answer."""
    raise CloseLine


def reset(line: socket.socket) -> None:
    """Break the connection off hard (RST)."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise CloseLine


def hang(seconds: float) -> Act:
    def act(line: socket.socket) -> None:
        time.sleep(seconds)
        raise CloseLine

    return act


def drip(start: bytes, piece: bytes, *, every: float = 0.05, times: int = 200) -> Act:
    """Send `start`, then `piece` again and again, each well within the read time-out."""

    def act(line: socket.socket) -> None:
        line.sendall(start)
        for _ in range(times):
            time.sleep(every)
            line.sendall(piece)
        raise CloseLine

    return act


@contextmanager
def loopback(*script: Act, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Run the server while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        server = Loopback(listener.getsockname()[1], list(script), scheme="https" if tls else "http")
        threading.Thread(target=_accept, args=(listener, server, tls), daemon=True).start()
        try:
            yield server
        finally:
            server.stopped.set()


def _accept(listener: socket.socket, server: Loopback, tls: ssl.SSLContext | None) -> None:
    while not server.stopped.is_set():
        try:
            line, _ = listener.accept()
        except TimeoutError:
            continue
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_serve, args=(line, server, server.connections, tls), daemon=True).start()


def _serve(line: socket.socket, server: Loopback, number: int, tls: ssl.SSLContext | None) -> None:
    try:
        line.settimeout(10)
        if tls:
            line = tls.wrap_socket(line, server_side=True)
        while seen := _read(line, number):
            server.next_act(seen)(line)
    except (CloseLine, OSError):
        pass
    finally:
        line.close()


def _read(line: socket.socket, number: int) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = line.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (entry.partition(":") for entry in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += line.recv(65536)
    return Seen(method, path, headers, body, number)
