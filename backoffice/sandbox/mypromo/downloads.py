"""Fetching print files and documents in preflight."""

import http.client
from typing import Any
from urllib.parse import urlsplit

from backoffice.sandbox.mypromo.callbacks import auth_headers
from backoffice.sandbox.outgoing import LOOPBACK, send


def download_failure(file: dict[str, Any], *, really: bool) -> str | None:
    """Return why a file cannot be had, or None.

    A host ending in `.invalid` always fails. Only loopback addresses are ever fetched, and only when `really`.
    """
    url = urlsplit(file["url"])
    if (url.hostname or "").endswith(".invalid"):
        return "Could not resolve host"
    if not really or url.scheme == "sftp" or url.hostname not in LOOPBACK:
        return None
    try:
        status, _ = send("GET", file["url"], headers=auth_headers(file["auth"]), timeout=10)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return str(error) or type(error).__name__
    return None if status == 200 else f"HTTP {status}"
