"""Bodies of requests, and of vendors' answers as far as they can be kept.

PHP cuts texts within an emoji and databases hand out NUL; neither must cost us the answer. JSON of vendors is cleaned
of both in one place, before anything reads it. What came in callbacks is kept as it came and called invalid instead:
it is a hint, and the vendor is read again.
"""

import re
from typing import Any

import msgspec

# An escaped backslash is none of ours; a pair of surrogates is one character.
_ESCAPE = re.compile(
    rb"\\(?:\\|u0000|(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNKNOWN = rb"\ufffd"
# Written digit by digit from the Decimal: no float is ever made of it.
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(payload: Any) -> bytes:
    """Return JSON with money as numbers, digit by digit as given."""
    return _encoder.encode(payload)


def storable(body: bytes) -> bytes:
    """Return the body with U+FFFD in the place of NUL and of half a surrogate pair where it is JSON."""
    if body.lstrip()[:1] not in (b"{", b"[") or not _SUSPECT.search(body):
        return body
    return _ESCAPE.sub(_replace, body)


def _replace(found: re.Match[bytes]) -> bytes:
    return found[0] if found["pair"] or found[0] == rb"\\" else _UNKNOWN
