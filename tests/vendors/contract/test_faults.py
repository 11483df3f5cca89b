"""What a vendor's answers mean, whatever goes wrong: certainly not done, perhaps done, refused, or not understood.

A read costs nothing and may be repeated. For a write the difference between the first two decides whether a customer
gets a second parcel.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from backoffice.vendors.errors import (
    BudgetEmpty,
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
# 40 MB of blanks: more than any answer may have.
HUGE = gzip.compress(b" " * (40 * 1024 * 1024))
READ_TIMEOUT = 0.05

# Fault -> (what the server does, the error of a read, the error of a write).
FAULTS: dict[str, tuple[Act, type[VendorError], type[VendorError]]] = {
    "no answer in time": (hang(0.3), VendorUnavailable, VendorAmbiguous),
    "closed": (cut, VendorUnavailable, VendorAmbiguous),
    "reset": (reset, VendorUnavailable, VendorAmbiguous),
    "broken off": (
        raw_reply(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"resu', then_close=True),
        VendorUnavailable,
        VendorAmbiguous,
    ),
    "500": (reply(500, REFUSAL), VendorUnavailable, VendorAmbiguous),
    "502": (reply(502, "<html>Bad gateway</html>"), VendorUnavailable, VendorAmbiguous),
    "503": (reply(503), VendorUnavailable, VendorAmbiguous),
    "401": (reply(401), VendorAuthFailed, VendorAuthFailed),
    "403": (reply(403, REFUSAL), VendorAuthFailed, VendorAuthFailed),
    "404": (reply(404, '{"message": "Not found."}'), VendorNotFound, VendorNotFound),
    "422": (reply(422, REFUSAL), VendorRejected, VendorRejected),
    "redirect": (reply(307, "", Location="http://127.0.0.1:1/"), VendorProtocolError, VendorAmbiguous),
}
SHAPES: dict[str, tuple[Act, type[VendorError], type[VendorError]]] = {
    "html": (reply(200, "<!doctype html><h1>Just a moment</h1>"), VendorProtocolError, VendorAmbiguous),
    "half": (reply(200, '{"result": {"id": 1, "sta'), VendorProtocolError, VendorAmbiguous),
    "a number": (reply(200, "7"), VendorProtocolError, VendorAmbiguous),
    "empty": (reply(200), VendorProtocolError, VendorAmbiguous),
}


def struck(call: Call, vendor: Any, profile: Profile, outside: Outside) -> VendorError | None:
    """The error that the call ends with, None when there is none. No secret is in it, or in what was recorded."""
    try:
        call.make(vendor, profile)
        error = None
    except VendorError as caught:
        error = caught
    told = repr(outside.exchanges) + (f"{error.text} {error.excerpt} {error.__cause__!r}" if error else "")
    for secret in profile.secrets:
        assert secret not in told
    return error


def ends_as_agreed(
    fault: str, expected: type[VendorError], call: Call, error: VendorError | None, profile: Profile
) -> bool:
    """Whether it is the error that everybody raises; where a vendor differs, whether it really does."""
    is_so = isinstance(error, expected)
    return is_so is ((call.method, fault) not in profile.differs)


@each_call()
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_the_right_error(
    fault: str, call: Call, before: Callable[..., Any], profile: Profile, outside: Outside, settings: Settings
) -> None:
    act, of_read, of_write = FAULTS[fault]
    expected = of_write if call.writes else of_read
    if fault == "503" and profile.documented_503:
        expected = VendorUnavailable
    if fault == "no answer in time":
        settings.VENDOR_READ_TIMEOUT = READ_TIMEOUT
    error = struck(call, before(act), profile, outside)
    assert ends_as_agreed(fault, expected, call, error, profile), repr(error)


@each_call()
@pytest.mark.parametrize("fault", SHAPES)
def test_an_answer_of_another_shape_is_never_taken_for_one(
    fault: str, call: Call, before: Callable[..., Any], profile: Profile, outside: Outside
) -> None:
    if not call.has_shape:
        return
    act, of_read, of_write = SHAPES[fault]
    error = struck(call, before(act), profile, outside)
    assert ends_as_agreed(fault, of_write if call.writes else of_read, call, error, profile), repr(error)


@each_call()
def test_more_than_an_answer_may_have_is_not_read(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    error = struck(call, before(raw_reply(head % len(HUGE) + HUGE)), profile, outside)
    assert isinstance(error, VendorAmbiguous if call.writes else VendorProtocolError), repr(error)


@each_call()
@pytest.mark.parametrize(("headers", "seconds"), [({"Retry_After": "7"}, 7.0), ({}, 15.0)])
def test_too_many_requests_are_certainly_not_done_and_name_a_time(
    headers: dict[str, str],
    seconds: float,
    call: Call,
    before: Callable[..., Any],
    profile: Profile,
    outside: Outside,
) -> None:
    error = struck(call, before(reply(429, "{}", **headers)), profile, outside)
    assert isinstance(error, VendorUnavailable)
    assert error.retry_after == seconds
    assert ("throttled", seconds) in outside.gate.events


@each_call()
def test_what_nobody_listens_to_is_certainly_not_done(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside, line: Loopback, settings: Settings
) -> None:
    before(reply(200))
    for name, value in profile.settings("http://127.0.0.1:9/").items():
        setattr(settings, name, value)
    vendor = type(before(reply(200)))
    for name, value in profile.settings("http://127.0.0.1:9/").items():
        setattr(settings, name, value)
    error = struck(call, vendor(outside.patient(5)), profile, outside)
    assert type(error) is VendorUnavailable
    assert line.seen == []


@each_call()
def test_the_gate_is_asked_before_and_knows_a_write(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside
) -> None:
    """A pause stops what changes something at the vendor, and nothing else; what was recorded says the same."""
    struck(call, before(reply(500)), profile, outside)
    assert outside.gate.events[0] == ("enter", call.writes)
    assert outside.exchanges[0].has_effect is call.writes


@each_call()
def test_nothing_leaves_through_a_closed_gate(
    call: Call, before: Callable[..., Any], profile: Profile, outside: Outside, line: Loopback
) -> None:
    outside.gate.closed = BudgetEmpty("paused")
    assert isinstance(struck(call, before(reply(200)), profile, outside), BudgetEmpty)
    assert line.seen == []
