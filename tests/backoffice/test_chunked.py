"""A body without a length is read as any other, and within bounds."""

import io
from collections.abc import Iterable
from typing import Any

import pytest

from backoffice.web import chunked
from backoffice.web.chunked import with_known_length


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Read as many bytes as were announced, as Django does."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


def send(body: bytes, **environ: Any) -> tuple[str, bytes]:
    statuses: list[str] = []
    given = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True} | environ
    answer = b"".join(with_known_length(echo)(given, lambda status, headers: statuses.append(status)))
    return statuses[0][:3], answer


def test_a_body_in_chunks_is_read_whole() -> None:
    assert send(b'{"id": 9}', HTTP_TRANSFER_ENCODING="Chunked") == ("200", b'{"id": 9}')


def test_control_without_the_length_it_would_look_empty() -> None:
    assert b"".join(echo({"wsgi.input": io.BytesIO(b"x")}, lambda *_: None)) == b""


def test_a_body_in_chunks_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked, "LONGEST", 10)
    assert send(b"x" * 10, HTTP_TRANSFER_ENCODING="chunked") == ("200", b"x" * 10)
    assert send(b"x" * 11, HTTP_TRANSFER_ENCODING="chunked") == ("413", b"")


def test_bodies_with_a_length_and_inputs_that_never_end_are_left_alone() -> None:
    assert send(b"12345", CONTENT_LENGTH="3") == ("200", b"123")
    assert send(b"12345", **{"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": False}) == ("200", b"")
