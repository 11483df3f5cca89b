"""Protected files: where our token may go, how much is taken, and labels, whose download has an effect."""

from typing import Any

import pytest

from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorAmbiguous, VendorNotFound, VendorProtocolError, VendorUnavailable
from backoffice.vendors.file_messages import Download
from backoffice.vendors.mypromo import client
from backoffice.vendors.mypromo.links import path_below
from tests.vendors.connections import Outside
from tests.vendors.loopback import cut, loopback, raw_reply, reply
from tests.vendors.mypromo.conftest import SpeakAsFulfiller

BASE = "https://api.mypromo.com/"
UNDER_A_PATH = "https://gate.example.com:8443/mypromo/"


@pytest.mark.parametrize(
    ("url", "base", "path"),
    [
        ("https://api.mypromo.com/v1/rpp5kw", BASE, "v1/rpp5kw"),
        ("https://API.mypromo.com/v1/61/untmG9", BASE, "v1/61/untmG9"),
        ("https://api.mypromo.com:443/v1/download/159/poi/61", BASE, "v1/download/159/poi/61"),
        ("https://api.mypromo.com/v1/x?a=1&b=%2F#part", BASE, "v1/x?a=1&b=%2F"),
        ("https://api.mypromo.com/v1/a%20b.pdf", BASE, "v1/a%20b.pdf"),
        ("https://gate.example.com:8443/mypromo/v1/x", UNDER_A_PATH, "v1/x"),
    ],
)
def test_a_link_of_the_api_is_followed(url: str, base: str, path: str) -> None:
    assert path_below(url, base=base) == path


ELSEWHERE = [
    "https://dev.api.mypromo.com/v1/61/untmG9",
    "http://api.mypromo.com/v1/x",
    "https://api.mypromo.com:8443/v1/x",
    "https://api.mypromo.com.evil.example/v1/x",
    "https://api.mypromo.com@evil.example/v1/x",
    "https://user:pass@api.mypromo.com/v1/x",
    "https://evil.example/https://api.mypromo.com/v1/x",
    "https://api.mypromo.com\\@evil.example/v1/x",
    "https://api.mypromo.com/..\\evil",
    "https://api.mypromo.com//evil.example/x",
    "https://api.mypromo.com/v1/../oauth/token",
    "https://api.mypromo.com/v1/%2e%2e/x",
    "https://api.mypromo.com/v1/./x",
    "https://api.mypromo.com/",
    "https://api.mypromo.com",
    "https://api.mypromo.com/v1/x?to=https://evil.example",
    "https://api.mypromo.com:port/v1/x",
    "https://[api.mypromo.com/v1/x",
    "https://api.mypromo.com/v1/x\r\nHost: evil.example",
    "https://api.mypromo.com/v1/ x",
    "//api.mypromo.com/v1/x",
    "/v1/x",
    "v1/x",
    "file:///etc/passwd",
    "sftp://api.mypromo.com/v1/x",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_link_to_anywhere_else_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        path_below(url, base=BASE)


@pytest.mark.parametrize("path", ["/other/v1/x", "/mypromox/v1/x", "/mypromo", "/mypromo/../other/x", "/"])
def test_a_link_beside_our_base_address_is_refused(path: str) -> None:
    with pytest.raises(UnsafeUrl):
        path_below(f"https://gate.example.com:8443{path}", base=UNDER_A_PATH)


def test_a_file_is_fetched_with_our_token(speak_as_fulfiller: SpeakAsFulfiller, outside: Outside) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, b"%PDF-1.7 secret"))
    assert mypromo.download(f"{server.url}/mypromo/v1/download/159/poi/61") == Download(
        content=b"%PDF-1.7 secret", content_type="application/json"
    )
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("GET", "/mypromo/v1/download/159/poi/61")
    assert (seen.headers["authorization"], seen.headers["accept"]) == ("Bearer the-token", "*/*")
    (exchange,) = outside.exchanges
    assert exchange.answer.startswith("application/pdf, 15 bytes, SHA-256 ")


def test_neither_token_nor_request_goes_to_another_host(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    with loopback(reply(200, b"x")) as other:
        mypromo, server = speak_as_fulfiller(reply(200, b"x"))
        for fetch in (mypromo.download, mypromo.download_label, mypromo.fetch_report):
            with pytest.raises(UnsafeUrl):
                fetch(f"{other.url}/mypromo/v1/x")
        assert other.seen == server.seen == []


def test_a_redirect_is_not_followed(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    with loopback(reply(200, b"x")) as other:
        mypromo, server = speak_as_fulfiller(reply(302, b"", Location=f"{other.url}/x"))
        with pytest.raises(VendorProtocolError):
            mypromo.download(f"{server.url}/mypromo/v1/x")
        assert other.seen == []


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
def test_a_file_beyond_the_limit_is_refused(
    size: int, fits: bool, speak_as_fulfiller: SpeakAsFulfiller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_DOWNLOAD", 1000)
    mypromo, server = speak_as_fulfiller(reply(200, b"x" * size))
    url = f"{server.url}/mypromo/v1/x"
    if fits:
        assert len(mypromo.download(url).content) == 1000
        return
    with pytest.raises(VendorProtocolError, match="more than 1,000 bytes"):
        mypromo.download(url)
    with pytest.raises(VendorAmbiguous, match="more than 1,000 bytes"):
        mypromo.download_label(url)


def test_the_limit_is_25_mebibytes(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, _ = speak_as_fulfiller(reply(200))
    assert mypromo.MAX_DOWNLOAD == client.MAX_DOWNLOAD == 26_214_400


def test_a_file_that_breaks_off_is_fetched_again_and_never_taken_for_whole(
    speak_as_fulfiller: SpeakAsFulfiller,
) -> None:
    half = raw_reply(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n%PDF-half", then_close=True)
    mypromo, server = speak_as_fulfiller(half, reply(200, b"%PDF-whole"))
    assert mypromo.download(f"{server.url}/mypromo/v1/x").content == b"%PDF-whole"
    assert len(server.seen) == 2
    mypromo, server = speak_as_fulfiller(half)
    with pytest.raises(VendorUnavailable):
        mypromo.download(f"{server.url}/mypromo/v1/x")


@pytest.mark.parametrize("act", [cut, reply(500), reply(504),
    raw_reply(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n%PDF-half", then_close=True)])  # fmt: skip
def test_a_label_is_fetched_once_and_may_have_announced_its_parcel(
    act: Any, speak_as_fulfiller: SpeakAsFulfiller, outside: Outside
) -> None:
    mypromo, server = speak_as_fulfiller(act)
    with pytest.raises(VendorAmbiguous):
        mypromo.download_label(f"{server.url}/mypromo/v1/61/untmG9")
    assert len(server.seen) == 1
    assert outside.limiter.events[0] == ("acquire", True)


def test_a_label_comes_like_any_file(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(raw_reply(b"HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n%PDF-"))
    label = mypromo.download_label(f"{server.url}/mypromo/v1/61/untmG9")
    assert label == Download(content=b"%PDF-", content_type="")


def test_a_label_behind_an_old_token_is_fetched_with_a_new_one(
    speak_as_fulfiller: SpeakAsFulfiller, outside: Outside
) -> None:
    """A 401 is certain not to have announced anything."""
    token = reply(200, '{"access_token": "new", "expires_in": 1000}')
    mypromo, server = speak_as_fulfiller(reply(401), token, reply(200, b"%PDF-"))
    assert mypromo.download_label(f"{server.url}/mypromo/v1/x").content == b"%PDF-"
    assert [seen.headers.get("authorization") for seen in server.seen] == ["Bearer the-token", None, "Bearer new"]


def test_a_file_that_is_gone_is_not_found(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(404, '{"message": "Not found."}'))
    with pytest.raises(VendorNotFound):
        mypromo.download(f"{server.url}/mypromo/v1/x")
