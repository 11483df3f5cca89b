"""What crosses between the server and a replayed vendor: one request, one answer."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

JSON_TYPE = "application/json"


class BadBody(ValueError):
    """The body is not a JSON object."""


class Headers(Protocol):
    """Header values by name, whatever its case."""

    def get(self, name: str, /) -> str | None:
        """Return a header's value, or None."""


@dataclass(slots=True, kw_only=True)
class Request:
    """One HTTP request; `path` is relative to the vendor's base path and has no leading slash."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Headers = field(default_factory=dict[str, str])
    body: bytes = b""
    base_url: str = ""

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object; an empty body is an empty object. Raises BadBody."""
        if not self.body:
            return {}
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadBody("Syntax error.") from error
        if not isinstance(value, dict):
            raise BadBody("The body has to be a JSON object.")
        return value


@dataclass(slots=True)
class Response:
    """One HTTP answer; a body that is not bytes is streamed in chunks."""

    status: int
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)

    def whole(self) -> bytes:
        """Return the complete body, reading a stream to its end."""
        if not isinstance(self.body, bytes):
            self.body = b"".join(self.body)
        return self.body


def dumps(value: Any) -> bytes:
    """Encode one JSON value as compact UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_response(status: int, value: Any, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON body."""
    return Response(status, dumps(value), {"Content-Type": JSON_TYPE, **(headers or {})})


def message(status: int, text: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the `{"message": …}` shape most refusals share."""
    return json_response(status, {"message": text}, headers=headers)


def streamed_json(prefix: bytes, rows: Iterable[Any], suffix: bytes) -> Response:
    """Return a JSON list between two literal pieces, encoded row by row so memory stays flat."""
    return Response(200, _joined(prefix, rows, suffix), {"Content-Type": JSON_TYPE})


def _joined(prefix: bytes, rows: Iterable[Any], suffix: bytes) -> Iterable[bytes]:
    pieces, size, separator = [prefix], len(prefix), b""
    for row in rows:
        piece = separator + dumps(row)
        separator = b","
        pieces.append(piece)
        size += len(piece)
        if size > 65536:
            yield b"".join(pieces)
            pieces, size = [], 0
    pieces.append(suffix)
    yield b"".join(pieces)
