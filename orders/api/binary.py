"""Requests that carry a file."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from backoffice.api.parsers import ensure_plain
from backoffice.text.translatable import gettext as _

CHUNK = 64 * 1024


class PdfBody(BaseParser):
    """A request whose body is the file: handed on unread, to be streamed."""

    media_type = "application/pdf"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        ensure_plain(parser_context)
        return stream


class BareBody(PdfBody):
    """The same from generated clients, which send a file as nothing but bytes; what it is, its content tells."""

    media_type = "application/octet-stream"


class FormWithFile(MultiPartParser):
    """A form; Django streams its files to the disk. Too many fields and the like are the caller's fault."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        ensure_plain(parser_context)
        try:
            return super().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:
            raise ParseError(_("The form has more parts than allowed.")) from error


def read_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the stream in pieces of 64 KiB. Raise ParseError when the caller breaks off."""
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except UnreadablePostError as error:
        raise ParseError(_("The request body is incomplete.")) from error
