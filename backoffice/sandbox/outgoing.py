"""One HTTP call going out of the sandbox, to loopback addresses only."""

import http.client
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def send(
    method: str, url: str, *, headers: dict[str, str], timeout: float, body: bytes | None = None
) -> tuple[int, bytes]:
    """Make the call and return status and body. Raises OSError, HTTPException, or ValueError for a foreign address."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        raise ValueError("the sandbox calls loopback addresses only")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
