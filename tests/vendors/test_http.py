"""What becomes of a request when the line misbehaves: "certainly not done" or "perhaps done"."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import (
    VendorAmbiguous,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.vendors.http import fetch_untrusted, new_session
from backoffice.vendors.session import Pace, VendorSession
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, cut, drip, hang, loopback, raw_reply, reply, reset


@pytest.fixture(autouse=True)
def _short_timeouts(settings: Any) -> None:
    settings.VENDOR_CONNECT_TIMEOUT = 0.3
    settings.VENDOR_READ_TIMEOUT = 0.3


ONCE = Pace(attempts=1)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PROMISED = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
UNBOUNDED = b"HTTP/1.1 200 OK\r\n\r\n"


def session(url: str, outside: Outside, **options: Any) -> VendorSession:
    return VendorSession("acme", base_url=url, connection=outside.connection, **{"pace": ONCE, **options})


def outcome(vendor: VendorSession, method: str) -> VendorError:
    with pytest.raises(VendorError) as raised:
        vendor.fetch(dict, method, "things", body=None if method == "GET" else b"{}", max_bytes=100_000)
    return raised.value


BROKEN_LINES: dict[str, Act] = {
    "closed without an answer": cut,
    "reset": reset,
    "silent": hang(1),
    "no HTTP": raw_reply(b"220 smtp.example.com ESMTP\r\n", then_close=True),
    "half a status line": raw_reply(b"HTTP/1.", then_close=True),
    "half the body": raw_reply(PROMISED + b"{", then_close=True),
    "half a chunk": raw_reply(CHUNKED + b"ff\r\n{", then_close=True),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "a dripping body": drip(PROMISED, b" "),
    "a dripping body without length": drip(UNBOUNDED, b" "),
    "dripping chunks": drip(CHUNKED, b"1\r\n \r\n"),
}


NO_STATUS = ("closed without an answer", "reset", "silent", "no HTTP", "half a status line")


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_a_write_whose_answer_is_lost_may_have_been_done(name: str, outside: Outside) -> None:
    with loopback(BROKEN_LINES[name]) as server:
        started = time.monotonic()
        error = outcome(session(server.url, outside), "POST")
    assert type(error) is VendorAmbiguous
    assert time.monotonic() - started < 1.6
    assert len(server.seen) == 1
    assert outside.limiter.events == [("acquire", True), ("failed", True)]
    assert [exchange.status for exchange in outside.exchanges] == [None if name in NO_STATUS else 200]
    assert error.status == outside.exchanges[0].status
    assert (error.arrived is None) == (name in NO_STATUS)


def test_what_came_before_the_line_broke_is_kept(outside: Outside) -> None:
    part = b"a part " * 20_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    with loopback(raw_reply(head + part, then_close=True)) as server, pytest.raises(VendorAmbiguous) as raised:
        session(server.url, outside).request("GET", "label", has_effect=True)
    assert (raised.value.status, raised.value.arrived) == (200, part)
    (exchange,) = outside.exchanges
    assert (exchange.status, exchange.has_effect, "broke off" in exchange.error) == (200, True, True)
    assert exchange.answer.startswith("a part a part")


@pytest.mark.parametrize(("status", "kind"), [(422, VendorRejected), (404, VendorRejected), (429, VendorUnavailable)])
def test_a_refusal_is_one_also_when_its_words_are_cut_off(status: int, kind: type, outside: Outside) -> None:
    head = b"HTTP/1.1 %d No\r\nContent-Length: 1000\r\n\r\n{" % status
    with loopback(raw_reply(head, then_close=True)) as server:
        assert isinstance(outcome(session(server.url, outside), "POST"), kind)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"%PDF-1.4 \xe2\xe3 %%EOF", "application/pdf, 17 bytes, SHA-256 "),
        (b"\r\n%PDF-1.4 %%EOF", "application/pdf, 16 bytes, SHA-256 "),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png, 9 bytes, SHA-256 "),
        (b"\x00\x01\x02", "application/json, 3 bytes, SHA-256 "),
        ("<p>Größe</p>".encode(), "<p>Größe</p>"),
    ],
)
def test_a_body_that_is_no_text_is_named_in_the_record(body: bytes, named: str, outside: Outside) -> None:
    with loopback(reply(200, body)) as server:
        session(server.url, outside).request("GET", "file")
    assert outside.exchanges[0].answer.startswith(named)


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_a_read_whose_answer_is_lost_can_be_had_again(name: str, outside: Outside) -> None:
    with loopback(BROKEN_LINES[name]) as server:
        assert type(outcome(session(server.url, outside), "GET")) is VendorUnavailable


def test_an_answer_cut_in_its_headers_does_not_pass_for_one(outside: Outside) -> None:
    with loopback(raw_reply(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n", then_close=True)) as server:
        assert type(outcome(session(server.url, outside), "POST")) is VendorAmbiguous
        assert type(outcome(session(server.url, outside), "GET")) is VendorProtocolError


@contextmanager
def refusing() -> Iterator[str]:
    """Yield a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def unresolvable() -> Iterator[str]:
    yield "http://no-such-host.invalid"


@contextmanager
def never_accepting() -> Iterator[str]:
    """Open a listener whose queue is full: the connection is never made."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def self_signed() -> Iterator[str]:
    with loopback(reply(200, "{}"), tls=_self_signed_context()) as server:
        yield server.url


@contextmanager
def not_speaking_tls() -> Iterator[str]:
    with loopback(raw_reply(b"hello", then_close=True)) as server:
        yield server.url.replace("http:", "https:")


@contextmanager
def malformed() -> Iterator[str]:
    yield "http://[::1"


UNREACHABLE = [refusing, unresolvable, never_accepting, self_signed, not_speaking_tls, malformed]


@pytest.mark.parametrize("method", ["POST", "PATCH", "GET"])
@pytest.mark.parametrize("target", UNREACHABLE, ids=lambda target: target.__name__)
def test_what_was_never_sent_was_certainly_not_done(target: Any, method: str, outside: Outside) -> None:
    with target() as url:
        assert type(outcome(session(url, outside), method)) is VendorUnavailable


def test_a_line_that_dies_in_the_middle_of_sending_may_have_delivered(outside: Outside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        vendor = session(f"http://127.0.0.1:{listener.getsockname()[1]}", outside)
        # More than the buffers hold: sending stalls, as nobody reads.
        with pytest.raises(VendorAmbiguous):
            vendor.request("POST", "things", body=b" " * 20_000_000)


REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", REDIRECTS)
def test_no_redirect_is_followed(status: int, outside: Outside) -> None:
    with loopback(reply(200, "{}")) as elsewhere, loopback(reply(status, Location=elsewhere.url)) as server:
        assert type(outcome(session(server.url, outside), "POST")) is VendorAmbiguous
        assert type(outcome(session(server.url, outside), "GET")) is VendorProtocolError
    assert elsewhere.seen == []


def test_an_answer_larger_than_allowed_is_given_up(outside: Outside) -> None:
    with loopback(reply(200, b"x" * 100_001)) as server:
        assert type(outcome(session(server.url, outside), "POST")) is VendorAmbiguous
        assert type(outcome(session(server.url, outside), "GET")) is VendorProtocolError


def test_the_size_is_counted_after_decompression(outside: Outside) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    with loopback(reply(200, bomb, Content_Encoding="gzip")) as server:
        assert type(outcome(session(server.url, outside), "GET")) is VendorProtocolError


def test_every_write_has_a_connection_of_its_own_and_reads_share_one(outside: Outside) -> None:
    with loopback(reply(200, "{}")) as server:
        vendor = session(server.url, outside)
        for method in ("GET", "POST", "GET", "POST", "GET"):
            vendor.request(method, "things")
    lines = {seen.method: set() for seen in server.seen}
    for seen in server.seen:
        lines[seen.method].add(seen.connection)
    assert len(lines["GET"]) == 1
    assert len(lines["POST"]) == 2
    assert all(seen.headers["connection"] == "close" for seen in server.seen if seen.method == "POST")


def test_a_kept_connection_that_died_meanwhile_costs_a_read_nothing(outside: Outside) -> None:
    ok_then_gone = raw_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", then_close=True)
    with loopback(ok_then_gone) as server:
        vendor = session(server.url, outside, pace=Pace(sleep=lambda seconds: None))
        for _ in range(3):
            assert vendor.request("GET", "things").body == b"{}"
            time.sleep(0.05)


@pytest.mark.parametrize("public_only", [False, True])
def test_the_library_itself_never_retries(public_only: bool) -> None:
    adapters = new_session(public_only=public_only).adapters
    assert set(adapters) == {"https://", "http://"}
    for adapter in adapters.values():
        retries = adapter.max_retries
        assert (retries.total, retries.read, retries.connect) == (0, False, None)


def test_nothing_is_taken_from_the_environment(monkeypatch: Any, tmp_path: Path, outside: Outside) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login robert password tables")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with loopback(reply(200, "{}")) as server:
        session(server.url, outside).request("GET", "things")
    assert "authorization" not in server.seen[0].headers


def test_a_path_cannot_lead_to_another_host(outside: Outside) -> None:
    vendor = session("http://127.0.0.1:1/base", outside)
    for path in ("http://127.0.0.1:2/x", "//127.0.0.1:2/x", "/x"):
        with pytest.raises(ValueError, match="not a path"):
            vendor.request("GET", path)


def test_the_base_address_may_carry_a_path(outside: Outside) -> None:
    with loopback(reply(200, "{}")) as server:
        for base in (server.url + "/mypromo", server.url + "/mypromo/"):
            session(base, outside).request("GET", "v1/status", params={"lang": "DE", "q": "ä b"})
    assert {seen.path for seen in server.seen} == {"/mypromo/v1/status?lang=DE&q=%C3%A4+b"}


def test_an_address_from_outside_is_fetched_without_credentials(settings: Any) -> None:
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    with loopback(reply(200, b"%PDF-1.7")) as server:
        assert fetch_untrusted(server.url + "/a.pdf", max_bytes=100).body == b"%PDF-1.7"
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize("answer", [reply(302, Location="http://127.0.0.1:1/"), reply(404), reply(200, b"x" * 101)])
def test_an_address_from_outside_must_answer_plainly(settings: Any, answer: Act) -> None:
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    with loopback(answer) as server, pytest.raises(VendorProtocolError):
        fetch_untrusted(server.url + "/a.pdf", max_bytes=100)


def test_an_address_from_outside_cannot_hold_us_up(settings: Any) -> None:
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    started = time.monotonic()
    with loopback(drip(PROMISED, b" ")) as server, pytest.raises(VendorUnavailable):
        fetch_untrusted(server.url + "/a.pdf", max_bytes=10_000)
    assert time.monotonic() - started < 1.6


def test_a_public_name_that_leads_inside_is_not_fetched(settings: Any, monkeypatch: Any) -> None:
    def inside(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    settings.ALLOW_PRIVATE_FILE_HOSTS = False
    monkeypatch.setattr(socket, "getaddrinfo", inside)
    with loopback(reply(200, b"secret")) as server:
        with pytest.raises(VendorUnavailable, match=r"127\.0\.0\.1"):
            fetch_untrusted(f"https://files.example.com:{server.port}/a.pdf", max_bytes=100)
        with pytest.raises(UnsafeUrl):
            fetch_untrusted(server.url, max_bytes=100)
    assert server.connections == 0


def _self_signed_context() -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    folder = Path(__import__("tempfile").mkdtemp())
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
