"""Answers as JSON, straight from the structs that also describe them in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer

from backoffice.text.translatable import plain_text


class JSONRenderer(BaseRenderer):
    """Structs, dicts and lists; decimals as text, times as RFC 3339."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else msgspec.json.encode(data, enc_hook=plain_text)


class AnyType(BaseRenderer):
    """Lets a view be asked for any type; its refusals are problems in JSON all the same."""

    media_type = "*/*"
    format = "file"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return JSONRenderer().render(data, accepted_media_type, renderer_context)
