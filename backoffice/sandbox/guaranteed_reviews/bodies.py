"""Reads the three ways in which fields may be sent, as PHP does."""

import json
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from backoffice.sandbox.guaranteed_reviews.options import GuaranteedReviewsOptions
from backoffice.sandbox.wire import Request


class Unreadable(ValueError):
    """The body has no fields; the text says why."""


def read_fields(request: Request, options: GuaranteedReviewsOptions) -> dict[str, Any]:
    """Return the fields of a body; a JSON body may nest, a form only has texts. Raises Unreadable."""
    kind = (request.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and options.accept_form:
        return _multipart(request)
    if kind == "application/x-www-form-urlencoded" and options.accept_urlencoded:
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind == "application/json" and options.accept_json:
        value = _json(request.body)
        if isinstance(value, dict):
            return value
    return {}


def read_orders(value: Any, *, in_form: bool) -> list[Any]:
    """Return the orders: JSON text of a list in a form, a list (or its text) in JSON. Raises Unreadable."""
    if isinstance(value, str):
        value = _json(value.encode())
    elif in_form:
        value = None
    if isinstance(value, dict):  # PHP does not tell {"0": ...} from [...]
        value = list(value.values())
    if not isinstance(value, list) or not value:
        raise Unreadable("orders")
    return value


def _multipart(request: Request) -> dict[str, Any]:
    head = f"Content-Type: {request.headers.get('Content-Type')}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    parsed = message_from_bytes(head + request.body, policy=HTTP)
    if not parsed.is_multipart():
        return {}
    fields = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode("utf-8", "replace")
    return fields


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
