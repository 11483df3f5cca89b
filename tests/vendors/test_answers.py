"""What status codes, complaints and `Retry-After` mean."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.vendors.errors import (
    FieldError,
    VendorAmbiguous,
    VendorAuthFailed,
    VendorError,
    VendorNotFound,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.vendors.responses import Response, decode, raise_for, read_errors, read_retry_after, readable

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


def error_of(answer: Response, *, write: bool, documented_503: bool = True) -> VendorError:
    with pytest.raises(VendorError) as raised:
        raise_for(answer, write=write, vendor="acme", documented_503=documented_503)
    assert raised.value.status == answer.status
    return raised.value


MEANINGS = [
    # status, of a write, of a read
    (301, VendorAmbiguous, VendorProtocolError),
    (304, VendorAmbiguous, VendorProtocolError),
    (400, VendorRejected, VendorRejected),
    (401, VendorAuthFailed, VendorAuthFailed),
    (403, VendorAuthFailed, VendorAuthFailed),
    (404, VendorNotFound, VendorNotFound),
    (405, VendorRejected, VendorRejected),
    (406, VendorRejected, VendorRejected),
    (408, VendorUnavailable, VendorUnavailable),
    (409, VendorRejected, VendorRejected),
    (410, VendorRejected, VendorRejected),
    (418, VendorRejected, VendorRejected),
    (422, VendorRejected, VendorRejected),
    (425, VendorUnavailable, VendorUnavailable),
    (429, VendorUnavailable, VendorUnavailable),
    (500, VendorAmbiguous, VendorUnavailable),
    (501, VendorAmbiguous, VendorUnavailable),
    (502, VendorAmbiguous, VendorUnavailable),
    (503, VendorUnavailable, VendorUnavailable),
    (504, VendorAmbiguous, VendorUnavailable),
    (599, VendorAmbiguous, VendorUnavailable),
]


@pytest.mark.parametrize(("status", "write", "read"), MEANINGS)
def test_each_status_has_one_meaning_for_writes_and_one_for_reads(
    status: int, write: type[VendorError], read: type[VendorError]
) -> None:
    assert type(error_of(Response(status), write=True)) is write
    assert type(error_of(Response(status), write=False)) is read


@pytest.mark.parametrize("write", [True, False])
def test_a_403_that_is_documented_as_a_missing_role_refuses_one_request(write: bool) -> None:
    def meaning(body: bytes) -> type[VendorError]:
        with pytest.raises(VendorError) as raised:
            raise_for(Response(403, body=body), write=write, vendor="acme", documented_503=True, role="MERCHANT")
        return type(raised.value)

    assert meaning(b'{"message": "Invalid scope(s) provided."}') is meaning(b"") is VendorRejected
    # A page of what stands before the vendor: nothing gets through, so nothing is refused for good.
    assert meaning(b" <!doctype html><h1>Access denied</h1>") is VendorAuthFailed


def test_a_503_that_is_not_documented_may_have_been_done() -> None:
    assert type(error_of(Response(503), write=True, documented_503=False)) is VendorAmbiguous


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226])
def test_every_2xx_is_an_answer(status: int) -> None:
    raise_for(Response(status), write=True, vendor="acme", documented_503=True)


def test_a_429_without_a_time_asks_for_fifteen_seconds() -> None:
    assert error_of(Response(429), write=True).retry_after == 15
    assert error_of(Response(429, {"retry-after": "7"}), write=True).retry_after == 7
    assert error_of(Response(429, {"retry-after": "soon"}), write=True).retry_after == 15
    assert error_of(Response(503, {"retry-after": "120"}), write=True).retry_after == 120
    assert error_of(Response(503), write=True).retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("12", 12),
        ("1.5", 1.5),
        ("-3", 0),
        ("999999", 3600),
        ("Sun, 22 Nov 2026 10:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 10:01:30 -0000", 90),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("Sun, 99 Nov 2026 10:01:30 GMT", None),
    ],
)
def test_a_wait_is_named_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert read_retry_after(text, now=NOW) == seconds


@given(st.text())
def test_no_text_of_a_wait_breaks_us(text: str) -> None:
    seconds = read_retry_after(text, now=NOW)
    assert seconds is None or 0 <= seconds <= 3600


COMPLAINTS = [
    (
        b'{"message": "The given data was invalid.", "errors": {"sku": ["Unknown.", "Too long."], "qty": "Too low."}}',
        "The given data was invalid.",
        (FieldError("sku", "Unknown."), FieldError("sku", "Too long."), FieldError("qty", "Too low.")),
    ),
    (
        b'{"message": "1 of 2 items have errors.", "errors": [{"sku": "A", "error": "No such SKU."}, "odd"]}',
        "1 of 2 items have errors.",
        (FieldError("A", "No such SKU."), FieldError("", "odd")),
    ),
    (b'{"error": "invalid_client", "error_description": "Client authentication failed"}',
     "Client authentication failed", ()),
    (b'{"message": null, "errors": null}', "", ()),
    (b'["no"]', "", ()),
    (b"<html>", "", ()),
    (b"", "", ()),
    (b"[" * 100_000, "", ()),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message", "errors"), COMPLAINTS)
def test_complaints_are_read_in_every_shape(body: bytes, message: str, errors: tuple[FieldError, ...]) -> None:
    assert read_errors(body) == (message, errors)
    refused = error_of(Response(422, body=body), write=True)
    assert isinstance(refused, VendorRejected)
    assert refused.errors == errors
    assert refused.text == (message or "acme refused with HTTP 422.")


@pytest.mark.parametrize("status", [307, 403, 404, 422, 429, 500])
def test_what_an_answer_means_is_said_with_the_title_of_the_vendor(status: int) -> None:
    with pytest.raises(VendorError, match=r"^Sign Customiser "):
        raise_for(Response(status), write=True, vendor="sign-customiser", documented_503=False)


class Thing(msgspec.Struct):
    id: int


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"id": "x"}', b'{"id": NaN}', b"<html>", b"\xff",
                                  b'{"id": 1, "x": ' + b"[" * 100_000])  # fmt: skip
def test_a_success_that_cannot_be_read_is_none(body: bytes) -> None:
    with pytest.raises(VendorAmbiguous):
        decode(Response(201, body=body), Thing, write=True, vendor="acme")
    with pytest.raises(VendorProtocolError):
        decode(Response(200, body=body), Thing, write=False, vendor="acme")


def test_what_is_kept_of_a_body_shows_no_secret_not_even_half_of_one() -> None:
    body = b'{"password": "' + b"s3cret" * 1000 + b'", "name": "Jana\x00"}'
    for most in (500, 4000):
        kept = readable(body, most=most)
        assert "s3cret" not in kept
        assert len(kept) <= most
    assert '"name": "Jana\ufffd"' in readable(body, most=4000)
