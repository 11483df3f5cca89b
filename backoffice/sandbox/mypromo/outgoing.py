"""One HTTP call going out of the sandbox, to loopback addresses only."""

import http.client
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def send(method: str, url: str, *, headers: dict[str, str], timeout: float, body: bytes | None = None) -> int:
    """Make the call and return the status. Raises OSError, HTTPException, or ValueError for a foreign address."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        raise ValueError("the sandbox calls loopback addresses only")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
