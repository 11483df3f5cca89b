"""What every answer of LettrLabs comes in: `payload` beside `errors`, `errorDetails`, `warnings`, `hasErrors`."""

from typing import Any

import msgspec

from backoffice.vendors.errors import FieldError, VendorAmbiguous, VendorError, VendorNotFound, VendorRejected
from backoffice.vendors.responses import EXCERPT, Response, decode, masked_text, unreadable

VENDOR = "lettrlabs"
_OWN = {"payload", "errors", "errorDetails", "warnings", "hasErrors", "hasWarnings"}


def open_envelope(answer: Response, *, write: bool, repeatable: bool = False) -> Any:
    """Return the payload of a 2xx; an answer without envelope is taken as the payload itself.

    Raises VendorRejected when it says `hasErrors` and has no payload, VendorAmbiguous for a write that has both: then
    a part of it may have been done, unless it is `repeatable`: that is a refusal, and may be sent again.
    VendorProtocolError (VendorAmbiguous for a write) when it is no JSON.
    """
    content = decode(answer, Any, write=write, vendor=VENDOR)
    if not isinstance(content, dict) or not _OWN & content.keys():
        return content
    payload = content.get("payload")
    if content.get("hasErrors") not in (True, "true", "True", 1):
        return payload
    errors = read_errors(content)
    text = join_texts(errors) or "LettrLabs says that it has errors."
    if write and not repeatable and payload not in (None, [], {}, ""):
        raise VendorAmbiguous(text, **answer.seen)
    raise VendorRejected(text, errors=errors, **answer.seen)


def with_own_text(error: VendorError, *, excerpt: str) -> VendorError:
    """Return a refusal with the vendor's own words as its text, where it gave any in `errors` or `reasonCode`."""
    if not isinstance(error, VendorRejected):
        return error
    try:
        content = msgspec.json.decode(excerpt.encode())
    except (ValueError, RecursionError):
        return error
    errors = read_errors(content) if isinstance(content, dict) else ()
    text = join_texts(errors)
    kind = VendorNotFound if isinstance(error, VendorNotFound) else VendorRejected
    return kind(text, errors=errors, status=error.status, excerpt=error.excerpt) if text else error


def read_errors(content: dict[str, Any]) -> tuple[FieldError, ...]:
    """Return all that an envelope complains of; `reasonCode` is kept as the field where nothing else names one."""
    code = masked_text(content.get("reasonCode"))
    found = [_field_error(entry, code) for entry in _entries(content.get("errors"))]
    known = {error.text for error in found}
    details = [_field_error(entry, code) for entry in _entries(content.get("errorDetails"))]
    found += [error for error in details if error.text not in known]
    if not found and code:
        found = [FieldError(code, masked_text(content.get("message")) or code)]
    return tuple(found)


def join_texts(errors: tuple[FieldError, ...]) -> str:
    return " ".join(dict.fromkeys(error.text for error in errors if error.text))[:EXCERPT]


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _field_error(entry: Any, code: str) -> FieldError:
    if not isinstance(entry, dict):
        return FieldError(code, masked_text(entry))
    field = entry.get("field") or entry.get("propertyName") or entry.get("reasonCode") or code
    return FieldError(
        masked_text(field), masked_text(entry.get("message") or entry.get("error") or entry.get("reasonCode") or entry)
    )


def convert(payload: Any, shape: Any, *, write: bool) -> Any:
    """Return the payload as `shape`. Raises VendorAmbiguous for a write, VendorProtocolError for a read."""
    try:
        return msgspec.convert(payload, shape, strict=False)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise unreadable(f"LettrLabs answered what we cannot read: {error}", write=write) from error
