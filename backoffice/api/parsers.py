"""JSON as RFC 8259 means it, and nothing that readers of it disagree about."""

import codecs
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from backoffice.text.translatable import gettext as _

MAX_NESTING = 32
MAX_DIGITS = 18
# wbits of zlib: gzip only, with the largest window.
GZIP = 16 + zlib.MAX_WBITS


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """UTF-8 JSON within limits, plain or gzipped. Refuses NaN, repeated keys, deep nesting, absurdly long numbers."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raise ParseError (400), TooLarge (413) or UnsupportedMediaType (415), each naming the limit. The limit is
        the same for a body as it was sent and for what it unpacks to.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) <= limit and content_encoding(parser_context) == "gzip":
            body = _unpacked(body, limit=limit)
        else:
            ensure_plain(parser_context, takes_gzip=True)
        if len(body) > limit:
            raise TooLarge(_("The body is larger than %(limit)d bytes.") % {"limit": limit})
        return parse_json(body)


def content_encoding(parser_context: Mapping[str, Any] | None) -> str:
    """Return how the request says that its body is packed: "gzip", "br" ...; empty for a plain one."""
    request = (parser_context or {}).get("request")
    named = "" if request is None else request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    return "" if named == "identity" else named


def ensure_plain(parser_context: Mapping[str, Any] | None, *, takes_gzip: bool = False) -> None:
    """Raise UnsupportedMediaType (415) for a body that is packed in any way, but gzip where that `takes_gzip`."""
    packed = content_encoding(parser_context)
    if packed and not (takes_gzip and packed == "gzip"):
        text = _("The body is compressed (%(encoding)s). Send it with gzip or uncompressed.")
        if not takes_gzip:
            text = _("The body is compressed (%(encoding)s). Send it uncompressed.")
        raise UnsupportedMediaType(packed, detail=text % {"encoding": ascii(packed[:50])})


def _unpacked(body: bytes, *, limit: int) -> bytes:
    """Return what the gzipped body holds, at most one byte more than `limit`. Raises ParseError."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise ParseError(_("The body is not gzip, although Content-Encoding says so.")) from None
    if len(unpacked) <= limit and (not unpacker.eof or unpacker.unused_data):
        raise ParseError(_("The gzip body is truncated, or more data follows its end."))
    return unpacked


def parse_json(body: bytes) -> Any:
    """Return the value that the bytes stand for; a byte order mark before it is left out. Raises ParseError."""
    try:
        value = json.loads(
            body.removeprefix(codecs.BOM_UTF8).decode(),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except UnicodeDecodeError:
        raise ParseError(_("The body is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        text = _("The body is not valid JSON: %(problem)s at line %(line)d, column %(column)d.")
        raise ParseError(text % {"problem": error.msg, "line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise _too_deep() from None
    # Counting brackets first keeps the walk away from nearly all requests.
    if body.count(b"{") + body.count(b"[") > MAX_NESTING:
        _ensure_shallow(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ParseError(_("The key %(key)s appears twice.") % {"key": ascii(twice[:50])})
    return result


def _constant(word: str) -> None:
    raise ParseError(_("%(word)s is not valid JSON.") % {"word": word})


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ParseError(_("A number has more than %(limit)d digits.") % {"limit": MAX_DIGITS})
    return int(text)


def _number(text: str) -> float | int:
    """Return 100.0 as the whole number 100, as JSON knows one kind of number."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 10**MAX_DIGITS else value


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested deeper than %(limit)d levels.") % {"limit": MAX_NESTING})


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _ensure_shallow(value: Any) -> None:
    level = [value]
    for _depth in range(MAX_NESTING):
        level = [child for parent in level for child in _children(parent) if isinstance(child, dict | list)]
        if not level:
            return
    raise _too_deep()
