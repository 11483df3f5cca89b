"""nginx and Caddy as they are shipped, on loopback, in front of the web server as an operator starts it."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.doors.test_web_server import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
CADDY = shutil.which("caddy", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
# No proxy of the test checks who made the other's certificate.
TRUSTING = ssl._create_unverified_context()


@dataclass
class Web:
    """gunicorn with one process of four threads, which waits a minute for what a client has begun to send."""

    port: int
    log: Path

    def requests(self, path: str) -> list[dict[str, Any]]:
        """Return the lines of its log about requests of that path."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
            if found := [line for line in lines if line.get("path") == path]:
                return found
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-2000:])


@dataclass
class Proxy:
    """A proxy that is up; `plain` is its port without TLS."""

    port: int
    plain: int
    log: Path = field(default_factory=Path)

    @property
    def logged(self) -> str:
        """All that it has logged; of requests nginx alone logs something."""
        requests = self.log.with_name("access.log")
        return self.log.read_text() + (requests.read_text() if requests.exists() else "")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
        connection = HTTPSConnection("localhost", self.port, timeout=10, context=TRUSTING)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body=body, headers={"Host": f"localhost:{self.port}"} | names)
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def begin(self, head: bytes) -> ssl.SSLSocket:
        """Send the beginning of a request, and nothing more."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        line = TRUSTING.wrap_socket(plain, server_hostname="localhost")
        line.sendall(head)
        return line


@contextmanager
def web_server(folder: Path, environment: dict[str, str]) -> Iterator[Web]:
    port, log = free_port(), folder / "web.log"
    own = {
        "BIND": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1", "WEB_THREADS": "4", "REQUEST_SECONDS": "60",
        "PUBLIC_URL": "https://localhost", "TRUSTED_PROXIES": "1", "LOG_FORMAT": "json", "METRICS_TOKEN": "",
        "VAR_DIR": str(folder / "var"), "STATIC_DIR": str(folder / "static"),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }  # fmt: skip
    with log.open("wb") as out:
        command = [sys.executable, "-m", "gunicorn", "backoffice.wsgi"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment | own, stdout=out, stderr=out)
    try:
        wait_for(port)
        yield Web(port, log)
    finally:
        # What is half sent would be waited for.
        process.kill()
        process.wait(20)


@contextmanager
def nginx(folder: Path, *, upstream: int) -> Iterator[Proxy]:
    """Run the shipped configuration with other ports, names and certificates, and nothing else changed."""
    proxy = Proxy(free_port(), free_port(), folder / "nginx.log")
    make_certificate(folder)
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    changes = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.port} ssl;",
        "backoffice.example.com;": "localhost;",
        "/etc/letsencrypt/live/backoffice.example.com/fullchain.pem": str(folder / "cert.pem"),
        "/etc/letsencrypt/live/backoffice.example.com/privkey.pem": str(folder / "key.pem"),
        "/var/log/nginx/backoffice.log": str(folder / "access.log"),
    }
    for old, new in changes.items():
        assert old in shipped, old
        shipped = shipped.replace(old, new)
    (folder / "site.conf").write_text(shipped)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    as_root = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{as_root} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {proxy.log} warn;"
        f"events {{}} http {{ access_log off; {temporary} include {folder}/site.conf; }}"
    )
    command = [str(NGINX), "-p", str(folder), "-e", str(proxy.log), "-c", str(folder / "nginx.conf")]
    with _running(command, proxy, env={}):
        yield proxy


@contextmanager
def caddy(folder: Path, *, upstream: int) -> Iterator[Proxy]:
    """Run the shipped configuration under a name of this machine, with an authority and ports of its own."""
    proxy = Proxy(free_port(), free_port(), folder / "caddy.log")
    shipped = (ROOT / "deploy" / "Caddyfile").read_text()
    ports = f"\thttp_port {proxy.plain}\n\thttps_port {proxy.port}\n"
    options = f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\tskip_install_trust\n{ports}"
    start = "{\n\tservers {\n"
    assert start in shipped
    (folder / "Caddyfile").write_text(shipped.replace(start, f"{options}\tservers {{\n"))
    env = {
        "SITE": "localhost", "UPSTREAM": f"127.0.0.1:{upstream}", "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config"),
    }  # fmt: skip
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, proxy, env=env):
        yield proxy


@contextmanager
def _running(command: list[str], proxy: Proxy, *, env: dict[str, str]) -> Iterator[None]:
    with ExitStack() as stack:
        log = stack.enter_context(proxy.log.open("ab"))
        process = subprocess.Popen(command, env=os.environ | env, stdout=log, stderr=log)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        wait_for(proxy.port)
        deadline = time.monotonic() + 10
        while True:  # Caddy listens before it has its certificate
            try:
                proxy.ask("GET", "/healthz")
                break
            except (OSError, ssl.SSLError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise AssertionError(proxy.log.read_text()) from None
                time.sleep(0.05)
        yield


def make_certificate(folder: Path) -> None:
    """Write `cert.pem` and `key.pem` of an authority that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
