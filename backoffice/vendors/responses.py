"""What an HTTP answer means: the one place where a status code becomes a `VendorError` or nothing.

What matters is the difference between "certainly not done" and "perhaps done". Reading again costs nothing; for a
write it decides whether a customer gets a second parcel.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec

from backoffice.files.pdf_marks import PdfMarks
from backoffice.masking import mask
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
from backoffice.vendors.registry import vendor_title

T = TypeVar("T")

EXCERPT = 500
# Bytes by which a body is taken for text or not, and what the beginning of one that is none says.
_LOOKED_AT = 2048
_STARTS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"PK\x03\x04": "application/zip"}
# Seconds: the pause of a vendor that answers 429 without naming one, and the longest that one may name.
THROTTLED_FOR = 15.0
LONGEST_RETRY_AFTER = 3600.0
# The server gave up before it had the whole request: nothing was processed.
_NOT_PROCESSED = frozenset({408, 425})


@dataclass(frozen=True)
class Response:
    """A complete answer; header names in lower case, the body decoded from any compression."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def excerpt(self) -> str:
        """The masked start of the body, for people."""
        return readable(self.body, most=EXCERPT)

    @property
    def seen(self) -> dict[str, Any]:
        """Status and excerpt, as an error quotes them."""
        return {"status": self.status, "excerpt": self.excerpt}

    def retry_after(self) -> float | None:
        """Return seconds the vendor asks us to wait, None when it does not say or says it unreadably."""
        return read_retry_after(self.headers.get("retry-after", ""), now=datetime.now(UTC))


def readable(body: bytes, *, most: int) -> str:
    """Return the first `most` characters of a body as masked text, without NUL, which PostgreSQL refuses in text.

    Masked before it is cut, so that no half of a secret stays; looked at no further than needed for that, as a
    page of a catalogue has megabytes.
    """
    start = body[: 16 * most].decode("utf-8", "replace")
    return mask(start).replace("\x00", "\ufffd")[:most]


def describe_binary(body: bytes, *, content_type: str = "") -> str:
    """Return a body that is no text, by type, size and hash; empty for one that can be read."""
    if not _is_binary(body):
        return ""
    kind = next((kind for start, kind in _STARTS.items() if body.startswith(start)), "")
    if not kind:
        kind = "application/pdf" if PdfMarks().add(body).has_header else content_type.partition(";")[0].strip()
    return f"{kind[:100] or 'binary'}, {len(body):,} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}"


def _is_binary(body: bytes) -> bool:
    if b"\x00" in body[:_LOOKED_AT] or PdfMarks().add(body[:_LOOKED_AT]).has_header:
        return True
    strange = body[:_LOOKED_AT].decode("utf-8", "replace").count("\ufffd")
    return strange > len(body[:_LOOKED_AT]) // 10


def read_retry_after(text: str, *, now: datetime) -> float | None:
    """Return seconds from a `Retry-After` header (RFC 9110: a number or a date), at least 0, at most an hour."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else None


def raise_for(
    answer: Response, *, write: bool, vendor: str, documented_503: bool, role: str = "", is_get: bool = False
) -> None:
    """Raise the VendorError that an answer means, unless it is a 2xx. A 401 is final here: renew the token before.

    `documented_503`: the vendor says that a 503 means "not processed". `role`: it says that a 403 means that our client
    lacks it. `is_get`: a write in spite of its verb, which an answer with another address has not fulfilled (RFC 9110,
    15.4).
    """
    status, seen = answer.status, answer.seen
    if 200 <= status < 300:
        return
    title = vendor_title(vendor)
    if status == 429 or status in _NOT_PROCESSED or (status == 503 and (documented_503 or not write)):
        wait = answer.retry_after()
        if wait is None and status == 429:
            wait = THROTTLED_FOR
        raise VendorUnavailable(f"{title} is not available (HTTP {status}).", retry_after=wait, **seen)
    if 400 <= status < 500:
        raise _refusal(answer, vendor=vendor, role=role)
    if status >= 500:
        raise after_sending(f"{title} failed with HTTP {status}.", write=write, **seen)
    text = f"{title} answered HTTP {status}, which is never followed."
    raise VendorRejected(text, **seen) if write and is_get else unreadable(text, write=write, **seen)


def _refusal(answer: Response, *, vendor: str, role: str) -> VendorError:
    status, seen, title = answer.status, answer.seen, vendor_title(vendor)
    message, errors = read_errors(answer.body)
    # A page of HTML comes from what stands before the vendor's interface, and lets nothing of ours through.
    if status == 403 and role and not answer.body.lstrip().startswith(b"<"):
        text = f"{title} refuses this to a client without the role {role}: {message or f'HTTP {status}'}"
        return VendorRejected(text, errors=errors, **seen)
    if status in (401, 403):
        return VendorAuthFailed(f"{title} refuses our credentials: {message or f'HTTP {status}'}", **seen)
    kind = VendorNotFound if status == 404 else VendorRejected
    return kind(message or f"{title} refused with HTTP {status}.", errors=errors, **seen)


def after_sending(text: str, *, write: bool, **seen: Any) -> VendorError:
    """Return the error for "sent, then no usable answer": a write may have been done, a read is simply repeated."""
    return VendorAmbiguous(text, **seen) if write else VendorUnavailable(text, **seen)


def unreadable(text: str, *, write: bool, **seen: Any) -> VendorError:
    """Return the error for an answer that breaks the contract: a write may have been done, a read is reported."""
    return VendorAmbiguous(text, **seen) if write else VendorProtocolError(text, **seen)


def decode(answer: Response, shape: type[T], *, write: bool, vendor: str) -> T:
    """Return the body as `shape`; if it is not so, VendorAmbiguous for a write and VendorProtocolError for a read."""
    try:
        return msgspec.json.decode(answer.body, type=shape, strict=False)
    except (ValueError, RecursionError, OverflowError) as error:
        text = f"{vendor_title(vendor)} answered what we cannot read: {error}"
        raise unreadable(text, write=write, **answer.seen) from error


def read_errors(body: bytes) -> tuple[str, tuple[FieldError, ...]]:
    """Return the vendor's message and complaints; `errors` may be a list of objects, an object of lists, or missing."""
    try:
        content = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return "", ()
    if not isinstance(content, dict):
        return "", ()
    errors = content.get("errors")
    message = content.get("message") or content.get("error_description") or content.get("error")
    return masked_text(message), tuple(_field_errors(errors))


def _field_errors(errors: Any) -> list[FieldError]:
    if isinstance(errors, dict):
        return [
            FieldError(masked_text(name), masked_text(complaint))
            for name, complaints in errors.items()
            for complaint in (complaints if isinstance(complaints, list) else [complaints])
        ]
    if isinstance(errors, list):
        return [_entry_error(entry) for entry in errors]
    return []


def _entry_error(entry: Any) -> FieldError:
    if not isinstance(entry, dict):
        return FieldError("", masked_text(entry))
    names = [masked_text(entry[key]) for key in ("sku", "sku_fulfiller", "field") if entry.get(key)]
    text = masked_text(entry.get("error") or entry.get("message") or entry)
    return FieldError(names[0] if names else "", text, other_names=tuple(names[1:]))


def masked_text(value: Any) -> str:
    """Return a value of a response as text that can be kept and shown, cut at `EXCERPT`."""
    return "" if value is None else mask(str(value)).replace("\x00", "\ufffd")[:EXCERPT]
