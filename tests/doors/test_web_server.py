"""The web server as an operator starts it, with `gunicorn.conf.py`."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.storefront import make_storefront

ROOT = Path(__file__).resolve().parents[2]
HALF = b"POST /callbacks/mypromo/order/x/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(*, port: int, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one process with four threads."""
    command = [sys.executable, "-m", "gunicorn", "tests.doors.plain_app", "--log-level", "error"]
    settings = {**os.environ, "BIND": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1", "WEB_THREADS": "4"}
    server = subprocess.Popen(command, cwd=ROOT, env=settings | env)
    try:
        wait_for(port)
        yield server
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError


@contextmanager
def half_sent(port: int, *, count: int) -> Iterator[None]:
    held = []
    try:
        for _number in range(count):
            held.append(socket.create_connection(("127.0.0.1", port)))
            held[-1].sendall(HALF)
        yield
    finally:
        for one in held:
            one.close()


def ask(port: int, *, timeout: float, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=body, timeout=timeout) as answer:
        return bytes(answer.read())


def test_after_a_reload_files_of_settings_are_read_anew(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "sender"
    file.write_text("old@example.com")
    environment = {"DEFAULT_FROM_EMAIL": "", "DEFAULT_FROM_EMAIL_FILE": str(file)}

    def sender() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sender", timeout=30) as answer:
            return str(answer.read().decode())

    with gunicorn(port=port, **environment) as server:
        assert sender() == "old@example.com"
        file.write_text("new@example.com")
        server.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while sender() != "new@example.com":
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_half_sent_requests_lose_their_connections_and_others_are_served() -> None:
    port = free_port()
    with gunicorn(port=port, REQUEST_SECONDS="0.4"), half_sent(port, count=8):
        assert ask(port, timeout=10) == b"ok 0"
        assert ask(port, timeout=10, body=b"x" * 300_000) == b"ok 300000"


def test_without_a_deadline_they_would_occupy_every_thread() -> None:
    port = free_port()
    with gunicorn(port=port, REQUEST_SECONDS="60"), half_sent(port, count=8), pytest.raises(TimeoutError):
        ask(port, timeout=0.7)


class Broken:
    """A body whose sender is gone or too slow."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError(errno.ECONNRESET, "The request came too slowly.")

    readline = read


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/callbacks/mypromo/order/nobody/", "/api/v1/orders/"])
def test_a_body_that_never_comes_is_no_error_of_ours(path: str) -> None:
    client = make_storefront().client
    broken = {"wsgi.input": Broken(), "CONTENT_LENGTH": "100"}
    headers = {"Idempotency-Key": "one"}
    answer = client.generic("POST", path, b"x", content_type="application/json", headers=headers, **broken)
    assert answer.status_code == 408
