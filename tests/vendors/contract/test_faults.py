"""What a vendor's answers mean, whatever goes wrong: certainly not done, perhaps done, refused, or not understood.

A read costs nothing and may be repeated. For a write the difference between the first two decides whether a customer
gets a second parcel.
"""

import gzip
import json
import socket
from collections.abc import Callable
from typing import Any

from pytest_django import Settings

from backoffice.vendors.errors import (
    RateLimited,
    VendorAmbiguous,
    VendorAuthFailed,
    VendorError,
    VendorNotFound,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from tests.vendors.connections import Outside
from tests.vendors.contract.calls import Call
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import each_call
from tests.vendors.loopback import Act, Loopback, cut, hang, raw_reply, reply, reset

REFUSAL = json.dumps({"message": "That will not do.", "errors": {"field": ["is wrong"]}})
# More blanks than any answer may have bytes.
HUGE = gzip.compress(b" " * (33 * 1024 * 1024))
HUGE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(HUGE)
IN_TIME = "no answer in time"
READ_TIMEOUT = 0.04

Errors = tuple[type[VendorError], type[VendorError]]
NO_ANSWER: Errors = (VendorUnavailable, VendorAmbiguous)
NOT_UNDERSTOOD: Errors = (VendorProtocolError, VendorAmbiguous)
# Fault -> what the server does, and the error of a read and of a write.
FAULTS: dict[str, tuple[Act, Errors]] = {
    IN_TIME: (hang(0.2), NO_ANSWER),
    "closed": (cut, NO_ANSWER),
    "reset": (reset, NO_ANSWER),
    "broken off": (raw_reply(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"resu', then_close=True), NO_ANSWER),
    "500": (reply(500, REFUSAL), NO_ANSWER),
    "503": (reply(503), NO_ANSWER),
    "401": (reply(401), (VendorAuthFailed, VendorAuthFailed)),
    "403": (reply(403, REFUSAL), (VendorAuthFailed, VendorAuthFailed)),
    "404": (reply(404, '{"message": "Not found."}'), (VendorNotFound, VendorNotFound)),
    "422": (reply(422, REFUSAL), (VendorRejected, VendorRejected)),
    "redirect": (reply(307, "", Location="http://127.0.0.1:1/"), NOT_UNDERSTOOD),
}
SHAPES: dict[str, tuple[Act, Errors]] = {
    "html": (reply(200, "<!doctype html><h1>Just a moment</h1>"), NOT_UNDERSTOOD),
    "half": (reply(200, '{"result": {"id": 1, "sta'), NOT_UNDERSTOOD),
    "a number": (reply(200, "7"), NOT_UNDERSTOOD),
    "empty": (reply(200), NOT_UNDERSTOOD),
}
# One that costs time, so for itself.
TOO_LARGE = "huge"


def struck(call: Call, vendor: Any, profile: Profile, outside: Outside) -> VendorError | None:
    """Return the error the call ends with, None for none. No secret is in it, or in what was recorded."""
    error = None
    try:
        call.make(vendor, profile)
    except VendorError as caught:
        error = caught
    told = repr(outside.exchanges) + (f"{error.text} {error.excerpt} {error.__cause__!r}" if error else "")
    for secret in profile.secrets:
        assert secret not in told
    return error


@each_call()
def test_every_fault_is_the_right_error(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside, settings: Settings
) -> None:
    """A vendor that means something else by one says so in its profile, and really does."""
    found = {}
    for fault, (act, errors) in (FAULTS | (SHAPES if call.has_shape else {})).items():
        settings.VENDOR_READ_TIMEOUT = READ_TIMEOUT if fault == IN_TIME else 10
        error = struck(call, before(act), profile, outside)
        is_certain = fault == "503" and profile.documented_503
        lacks_role = fault == "403" and profile.documented_403
        expected = VendorUnavailable if is_certain else VendorRejected if lacks_role else errors[call.writes]
        if isinstance(error, expected) is ((call.method, fault) in profile.differs):
            found[fault] = error
    assert found == {}


@each_call(is_slow=True)
def test_more_than_an_answer_may_have_is_not_read(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside
) -> None:
    error = struck(call, before(raw_reply(HUGE_HEAD + HUGE)), profile, outside)
    assert isinstance(error, NOT_UNDERSTOOD[call.writes]) is ((call.method, TOO_LARGE) not in profile.differs), error


@each_call()
def test_too_many_requests_name_the_time_to_wait(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside
) -> None:
    for header, seconds in (({"Retry_After": "7"}, 7.0), ({}, 15.0)):
        error = struck(call, before(reply(429, "{}", **header)), profile, outside)
        assert isinstance(error, VendorUnavailable)
        assert error.retry_after == seconds
        assert outside.limiter.events[-1] == ("throttled", seconds)


@each_call()
def test_what_nobody_listens_to_is_certainly_not_done(
    call: Call, at: Callable[[str], Any], profile: Profile, outside: Outside
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert type(struck(call, at(closed), profile, outside)) is VendorUnavailable


@each_call()
def test_the_gate_is_asked_before_and_knows_a_write(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside, line: Loopback
) -> None:
    """A pause stops what changes something at the vendor, and nothing else; what was recorded says the same."""
    struck(call, before(reply(500)), profile, outside)
    assert outside.limiter.events[0] == ("acquire", call.writes)
    assert outside.exchanges[0].has_effect is call.writes
    vendor = before(reply(200))
    outside.limiter.closed = RateLimited("paused")
    assert isinstance(struck(call, vendor, profile, outside), RateLimited)
    assert line.seen == []
