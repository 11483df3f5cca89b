"""JSON as RFC 8259 means it, and nothing that readers of it disagree about."""

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_NESTING = 32
MAX_DIGITS = 18


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """UTF-8 JSON within limits. Refuses NaN, repeated keys, deep nesting and numbers of absurd length."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError (400) or TooLarge (413), each naming the limit."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(_("The body is larger than %(limit)d bytes.") % {"limit": limit})
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """The value that the bytes stand for. Raises ParseError."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except UnicodeDecodeError:
        raise ParseError(_("The body is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        text = _("The body is not JSON: %(problem)s in line %(line)d, column %(column)d.")
        raise ParseError(text % {"problem": error.msg, "line": error.lineno, "column": error.colno}) from None
    except RecursionError:
        raise _too_deep() from None
    # Counting brackets first keeps the walk away from nearly all requests.
    if body.count(b"{") + body.count(b"[") > MAX_NESTING:
        _refuse_deep(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ParseError(_("The key %(key)s is there twice.") % {"key": ascii(twice[:50])})
    return result


def _constant(word: str) -> None:
    raise ParseError(_("%(word)s is not JSON.") % {"word": word})


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ParseError(_("A number has more than %(limit)d digits.") % {"limit": MAX_DIGITS})
    return int(text)


def _number(text: str) -> float | int:
    """JSON knows one kind of number: 100.0 is the whole number 100."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 10**MAX_DIGITS else value


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested deeper than %(limit)d levels.") % {"limit": MAX_NESTING})


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _depth in range(MAX_NESTING):
        level = [child for parent in level for child in _children(parent) if isinstance(child, dict | list)]
        if not level:
            return
    raise _too_deep()
