"""Error reports and traces leave where settings say so, and say nothing that is not for others."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import brotli
import pytest
from django.conf import LazySettings

from backoffice import observing
from backoffice.masking import MASK

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "17.1tYk2x.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"
CUSTOMER = "jana@example.com"
SECRET = "a-secret-of-a-vendor-0123456789"


# What is packed in any other way fails the test, which could not read it.
UNPACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


class Collector(ThreadingHTTPServer):
    """Takes everything, as Sentry and a collector of OpenTelemetry do."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.found: list[tuple[str, bytes]] = []

    def bodies(self, path: str) -> bytes:
        return b"".join(body for place, body in self.found if place.startswith(path))


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.found.append((self.path, UNPACK[self.headers.get("Content-Encoding", "")](body)))
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.soak
def test_what_leaves_says_what_happened_and_opens_nothing(collector: Collector) -> None:
    if not all(map(find_spec, observing.NEEDED.values())):
        pytest.skip("reporting is not installed (pip install -r requirements-observe.txt)")
    port = collector.server_address[1]
    url = f"http://127.0.0.1:{port}"
    env = {
        "SENTRY_DSN": f"http://public@127.0.0.1:{port}/1", "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.operate.observed", TOKEN, SECRET, CUSTOMER, url]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reports, spans = collector.bodies("/api/1/envelope"), collector.bodies("/v1/traces")
    assert b"It failed at" in reports
    assert b"ValueError" in reports
    assert b"files/<str:token>/" in spans
    assert b"127.0.0.1" in spans, "the call to the vendor"
    for secret in (TOKEN, TOKEN.split(".")[2], SECRET, CUSTOMER):
        assert secret.encode() not in reports, secret
        assert secret.encode() not in spans, secret


def test_an_event_keeps_what_happened_and_loses_what_is_not_for_others() -> None:
    event = {
        "message": f"It failed at /files/{TOKEN}/.",
        "logentry": {"message": "It failed at /files/%s/.", "params": [TOKEN]},
        "exception": {"values": [{"type": "ValueError", "value": f"Authorization: Bearer {SECRET}"}]},
        "request": {
            "method": "GET", "url": f"https://localhost/files/{TOKEN}/?email={CUSTOMER}", "query_string": CUSTOMER,
            "headers": {"Authorization": SECRET}, "cookies": {"sessionid": SECRET}, "data": CUSTOMER,
        },
        "extra": {"sys.argv": [TOKEN]}, "user": {"email": CUSTOMER}, "breadcrumbs": [CUSTOMER], "tags": {"a": 1},
    }  # fmt: skip
    left = observing.scrub_event(event)
    assert left["exception"]["values"][0]["type"] == "ValueError"
    assert left["request"] == {"method": "GET", "url": f"https://localhost/files/{MASK}/"}
    assert not any(secret in repr(left) for secret in (TOKEN, SECRET, CUSTOMER))


def test_without_its_setting_nothing_of_it_is_loaded() -> None:
    """Django has been loaded, with settings that name neither."""
    assert not {"sentry_sdk", "opentelemetry.instrumentation"} & sys.modules.keys()


def test_a_setting_whose_library_is_missing_is_named_with_what_to_install(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SENTRY_DSN, settings.OTEL_EXPORTER_OTLP_ENDPOINT = "https://public@errors.example.com/1", ""
    monkeypatch.setattr(observing, "NEEDED", dict.fromkeys(observing.NEEDED, "no_such_library"))
    [line] = observing.find_missing_libraries()
    assert line.startswith("SENTRY_DSN: needs no_such_library")
    assert "requirements-observe.txt" in line
