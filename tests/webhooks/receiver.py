"""Storefronts that take webhooks: one server, an address for each way to behave."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Arrival:
    """One request as it came."""

    path: str
    at: float
    headers: dict[str, str]
    raw: bytes
    # What it was answered with.
    code: int = 0

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


# Path and how many came there before -> status, headers, body.
Answer = Callable[[str, int], tuple[int, dict[str, str], bytes]]


@dataclass
class Storefronts:
    """What arrived, in order. `answers` says by path how to answer; 200 where nothing is said."""

    url: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def at(self, path: str) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.path == path]

    def address(self, path: str) -> str:
        return f"{self.url}{path}"


def status(*codes: int, headers: dict[str, str] | None = None, body: bytes = b"", seconds: float = 0) -> Answer:
    """Answer with these one after the other, then with the last."""

    def answer(_path: str, before: int) -> tuple[int, dict[str, str], bytes]:
        time.sleep(seconds)
        return codes[min(before, len(codes) - 1)], headers or {}, body

    return answer


def at_random(share: float, *, seed: int = 7) -> Answer:
    """Answer 500 to that share."""
    dice = random.Random(seed)
    return lambda _path, _before: (500 if dice.random() < share else 200, {}, b"")


class _Handler(BaseHTTPRequestHandler):
    """Keeps what arrives at the server's storefronts, and answers as they say."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    front: Storefronts
    lock: threading.Lock

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        raw = self.rfile.read(length)
        if len(raw) < length:  # the other side was killed meanwhile
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        arrival, front = Arrival(self.path, time.time(), headers, raw), self.front
        with self.lock:
            before = front.counts[self.path]
            front.counts[self.path] += 1
            front.arrivals.append(arrival)
        code, headers, body = front.answers.get(self.path, lambda *_: (200, {}, b""))(self.path, before)
        arrival.code = code
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(OSError):  # the other side was killed or has given up
            super().handle()


@contextmanager
def storefronts() -> Iterator[Storefronts]:
    """Listen on loopback while the block lasts."""
    front = Storefronts()
    handler = type("Handler", (_Handler,), {"front": front, "lock": threading.Lock()})
    server = type("Server", (ThreadingHTTPServer,), {"request_queue_size": 128})(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
