"""Gate, token, records and the repeating of reads, over real sockets."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from backoffice.vendors.auth import ClientCredentials, life_of
from backoffice.vendors.errors import (
    RateLimited,
    VendorAuthFailed,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.vendors.session import Pace, VendorSession
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, Loopback, cut, loopback, reply

TOKEN = reply(200, '{"token_type": "Bearer", "expires_in": 31622400, "access_token": "first-token"}')
SECOND_TOKEN = reply(200, '{"token_type": "Bearer", "expires_in": 3600, "access_token": "second-token"}')
OK = reply(200, '{"message": "OK"}')


def plain(server: Loopback, outside: Outside, *, waits: list[float] | None = None, **pace: Any) -> VendorSession:
    sleep = waits.append if waits is not None else lambda seconds: None
    return VendorSession("acme", base_url=server.url, connection=outside.connection, pace=Pace(sleep=sleep, **pace))


def authorized(server: Loopback, outside: Outside) -> VendorSession:
    pace = Pace(sleep=lambda seconds: None)
    auth = ClientCredentials(
        plain(server, outside),
        tokens=outside.tokens,
        path="oauth/token",
        client_id="7",
        client_secret="the-client-secret",
        scope="*",
    )
    return VendorSession("acme", base_url=server.url, connection=outside.connection, auth=auth, pace=pace)


@pytest.mark.parametrize("first", [cut, reply(429, Retry_After="2"), reply(502), reply(503), reply(504)])
def test_a_read_is_repeated_until_it_succeeds(first: Act, outside: Outside) -> None:
    with loopback(first, first, first, OK) as server:
        assert plain(server, outside).request("GET", "things").status == 200
    assert len(server.seen) == 4
    # Every try, not the read as a whole, passes the gate and is recorded.
    assert [event for event in outside.limiter.events if event[0] == "acquire"] == [("acquire", False)] * 4
    assert len(outside.exchanges) == 4


def test_a_read_is_given_up_after_four_tries(outside: Outside) -> None:
    waits: list[float] = []
    with loopback(reply(502)) as server, pytest.raises(VendorUnavailable):
        plain(server, outside, waits=waits).request("GET", "things")
    assert len(server.seen) == 4
    assert len(waits) == 3
    for wait, longest in zip(waits, (1.0, 1.5, 2.5), strict=True):
        assert 0.5 <= wait <= longest


@pytest.mark.parametrize("answer", [reply(500), reply(400), reply(404), reply(403), reply(302), reply(200, "{")])
def test_a_read_that_would_only_fail_again_is_not_repeated(answer: Act, outside: Outside) -> None:
    with (
        loopback(answer) as server,
        pytest.raises((VendorUnavailable, VendorRejected, VendorAuthFailed, VendorProtocolError)),
    ):
        plain(server, outside).fetch(dict, "GET", "things")
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [cut, reply(429), reply(502), reply(503), reply(500)])
def test_a_write_is_never_repeated(answer: Act, outside: Outside) -> None:
    with loopback(answer) as server, pytest.raises(Exception, match="acme"):
        plain(server, outside).request("POST", "things", body=b"{}")
    assert len(server.seen) == 1


def test_a_wait_that_the_vendor_names_is_kept(outside: Outside) -> None:
    waits: list[float] = []
    with loopback(reply(429, Retry_After="3"), reply(503, Retry_After="0"), OK) as server:
        plain(server, outside, waits=waits).request("GET", "things")
    assert waits[0] == 3
    assert ("throttled", 3) in outside.limiter.events


def test_a_429_without_a_time_pauses_everybody_for_fifteen_seconds(outside: Outside) -> None:
    with loopback(reply(429)) as server, pytest.raises(VendorUnavailable) as raised:
        plain(server, outside).request("POST", "things")
    assert raised.value.retry_after == 15
    assert outside.limiter.events == [("acquire", True), ("throttled", 15)]


def test_a_wait_of_more_than_half_a_minute_is_not_sat_out(outside: Outside) -> None:
    with loopback(reply(503, Retry_After="31")) as server, pytest.raises(VendorUnavailable) as raised:
        plain(server, outside).request("GET", "things")
    assert raised.value.retry_after == 31
    assert len(server.seen) == 1


def test_a_closed_gate_stops_a_read_at_once(outside: Outside) -> None:
    outside.limiter.closed = RateLimited("Not now.", retry_after=1)
    waits: list[float] = []
    with loopback(OK) as server, pytest.raises(RateLimited):
        plain(server, outside, waits=waits).request("GET", "things")
    assert (server.connections, waits) == (0, [])
    assert outside.exchanges == []


@pytest.mark.parametrize(
    ("answer", "events"),
    [
        (OK, [("succeeded", True)]),
        (reply(422), [("succeeded", True)]),
        (reply(404), [("succeeded", True)]),
        (reply(500), [("failed", True)]),
        (reply(503), [("failed", True)]),
        (cut, [("failed", True)]),
    ],
)
def test_the_gate_learns_how_the_vendor_is(answer: Act, events: list[Any], outside: Outside) -> None:
    with loopback(answer) as server, suppress(VendorError):
        plain(server, outside).request("POST", "things")
    assert outside.limiter.events[1:] == events


def test_an_exchange_is_kept_without_its_secrets(outside: Outside) -> None:
    body = (
        b'{"files": [{"url": "https://robert:tables@files.example.com/a.pdf?token=s3cret-query",'
        b' "auth": {"basic": {"username": "u", "password": "s3cret-file"}}},'
        b' {"auth": {"header": "Bearer: s3cret-head"}}]}'
    )
    answer = reply(200, '{"access_token": "s3cret-answer", "editor_start_url": "https://e/s3cret-link"}')
    with loopback(answer) as server:
        plain(server, outside).request("POST", "things", body=body, params={"token": "s3cret-param", "lang": "DE"})
    (kept,) = outside.exchanges
    assert (kept.method, kept.status, kept.error) == ("POST", 200, "")
    assert kept.url.startswith(server.url + "/things?token=")
    assert kept.url.endswith("&lang=DE")
    assert '"username": "u"' in kept.request
    for secret in ("s3cret", "tables"):
        assert secret not in repr(kept)


def test_of_long_bodies_the_first_4000_characters_are_kept(outside: Outside) -> None:
    with loopback(reply(200, "ä" * 10_000)) as server:
        plain(server, outside).request("POST", "things", body=b"b" * 10_000)
    (kept,) = outside.exchanges
    assert (kept.request, kept.answer) == ("b" * 4000, "ä" * 4000)


def test_the_token_is_fetched_once_and_sent_along(outside: Outside) -> None:
    with loopback(TOKEN, OK) as server:
        vendor = authorized(server, outside)
        vendor.request("GET", "things")
        vendor.request("POST", "things")
    assert [seen.path for seen in server.seen] == ["/oauth/token", "/things", "/things"]
    assert [seen.headers.get("authorization") for seen in server.seen] == [
        None, "Bearer first-token", "Bearer first-token",
    ]  # fmt: skip
    assert outside.tokens.life == 25 * 24 * 3600 - 300


def test_neither_the_token_nor_the_client_secret_is_recorded(outside: Outside) -> None:
    with loopback(TOKEN, OK) as server:
        authorized(server, outside).request("GET", "things")
    assert len(outside.exchanges) == 2
    assert "first-token" not in repr(outside.exchanges)
    assert "the-client-secret" not in repr(outside.exchanges)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_token_is_renewed_once_and_the_request_made_again(method: str, outside: Outside) -> None:
    outside.tokens.token = "stale"
    with loopback(reply(401), SECOND_TOKEN, OK) as server:
        assert authorized(server, outside).request(method, "things", body=b"{}").status == 200
    assert [seen.path for seen in server.seen] == ["/things", "/oauth/token", "/things"]
    assert server.seen[2].headers["authorization"] == "Bearer second-token"
    assert [event for event in outside.limiter.events if event[0] == "acquire"] == [
        ("acquire", method != "GET"), ("acquire", False), ("acquire", method != "GET"),
    ]  # fmt: skip


def test_a_second_401_stops(outside: Outside) -> None:
    outside.tokens.token = "stale"
    with loopback(reply(401), SECOND_TOKEN, reply(401)) as server, pytest.raises(VendorAuthFailed):
        authorized(server, outside).request("GET", "things")
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_credentials_that_get_no_token_stop(status: int, outside: Outside) -> None:
    answer = reply(status, '{"error": "invalid_client", "message": "Client authentication failed"}')
    with loopback(answer) as server, pytest.raises(VendorAuthFailed):
        authorized(server, outside).request("POST", "things")
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [cut, reply(500), reply(503), reply(429), reply(200, "{}"), reply(302)])
def test_a_token_that_cannot_be_had_now_leaves_the_write_undone(answer: Act, outside: Outside) -> None:
    with loopback(answer) as server, pytest.raises(VendorUnavailable):
        authorized(server, outside).request("POST", "things")
    assert [seen.path for seen in server.seen] == ["/oauth/token"]


def test_eight_at_once_ask_for_one_token(outside: Outside) -> None:
    start = threading.Barrier(8)
    with loopback(TOKEN, OK) as server:

        def work() -> int:
            vendor = authorized(server, outside)
            start.wait()
            return vendor.request("GET", "things").status

        with ThreadPoolExecutor(8) as pool:
            statuses = [job.result() for job in [pool.submit(work) for _ in range(8)]]
    assert statuses == [200] * 8
    assert [seen.path for seen in server.seen].count("/oauth/token") == 1


def test_the_token_goes_to_its_own_origin_only(outside: Outside) -> None:
    session = VendorSession("acme", base_url="https://api.example.com/base", connection=outside.connection)
    auth = ClientCredentials(session, tokens=outside.tokens, path="t", client_id="", client_secret="", scope="*")
    for own in ("https://api.example.com/base/x", "https://API.example.com:443/other"):
        assert auth.headers(own, token="t") == {"Authorization": "Bearer t"}
    for foreign in (
        "http://api.example.com/base/x",
        "https://api.example.com:8443/base/x",
        "https://dev.api.example.com/base/x",
        "https://api.example.com.evil.example/base/x",
        "https://api.example.com@evil.example/base/x",
        "//api.example.com/base/x",
    ):
        assert auth.headers(foreign, token="t") == {}


@pytest.mark.parametrize(
    ("said", "used"),
    [(31_622_400, 25 * 86_400 - 300), (3600, 3300), (60, 54), (0, 3300), (None, 3300), (-5, 0)],
)
def test_a_token_is_used_for_less_than_the_vendor_says(said: float | None, used: float) -> None:
    assert life_of(said) == used
