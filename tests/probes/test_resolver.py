"""A name server that changes its mind: the first answer is public, every later one leads inside."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.vendors.errors import VendorUnavailable
from backoffice.vendors.http import fetch_untrusted
from tests.vendors.loopback import Loopback, loopback, reply

PUBLIC, HOST = "93.184.215.14", "files.example.com"


class NameServer:
    """Answers for HOST with a public address first; `asked` counts, `reached` are the addresses connected to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.reached = 0, []
        self._resolve, self._connect = socket.getaddrinfo, socket.socket.connect
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)
        reach = self._reach

        def connect(line: socket.socket, address: Any) -> Any:
            return reach(line, address)

        monkeypatch.setattr(socket.socket, "connect", connect)

    def _answer(self, host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host != HOST:
            return self._resolve(host, port, *rest, **options)
        self.asked += 1
        address = PUBLIC if self.asked == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0)))]

    def _reach(self, line: socket.socket, address: Any) -> Any:
        self.reached.append(address[0])
        if address[0] == PUBLIC:
            raise ConnectionRefusedError  # no test calls the world
        return self._connect(line, address)


@contextmanager
def inside(settings: Any) -> Iterator[Loopback]:
    settings.ALLOW_PRIVATE_FILE_HOSTS = False
    settings.VENDOR_CONNECT_TIMEOUT = settings.VENDOR_READ_TIMEOUT = 0.5
    with loopback(reply(200, b"secret")) as server:
        yield server


def test_the_address_that_was_checked_is_the_one_that_is_used(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with inside(settings) as server:
        names = NameServer(monkeypatch)
        with pytest.raises(VendorUnavailable):
            fetch_untrusted(f"https://{HOST}:{server.port}/a.pdf", max_bytes=100)
        assert set(names.reached) == {PUBLIC}
        with pytest.raises((VendorUnavailable, UnsafeUrl)):
            fetch_untrusted(f"https://{HOST}:{server.port}/a.pdf", max_bytes=100)
        assert set(names.reached) == {PUBLIC}, "the second time the name leads inside, and nobody is called"
    assert server.connections == 0


def test_who_looks_a_name_up_twice_is_led_inside(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: checked by one look-up, fetched by another."""
    with inside(settings) as server:
        NameServer(monkeypatch)
        url = f"http://{HOST}:{server.port}/a.pdf"
        check_public_url(url.replace("http:", "https:"))
        assert socket.getaddrinfo(HOST, 80)[0][4][0] == PUBLIC
        assert requests.get(url, timeout=2).content == b"secret"
    assert server.connections == 1
