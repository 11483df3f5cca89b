"""A web application without Django: says "ok", once it has read the body; at /sender, from whom mails come."""

from collections.abc import Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/sender":
        from django.conf import settings

        start_response("200 OK", [("Content-Type", "text/plain")])
        return [settings.DEFAULT_FROM_EMAIL.encode()]
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok %d" % len(body)]
