"""AutoLetter's one route, in its words: https://www.autoletter.help/en/integrations/api-integration."""

from typing import Any
from urllib.parse import urlsplit

from backoffice.vendors.auth import FixedHeader
from backoffice.vendors.base import Connection
from backoffice.vendors.responses import Response
from backoffice.vendors.session import VendorSession

# Their bodies say which orders are meant, so they are read whole; 404 and 405 tell of a wrong address.
READ_HERE = frozenset({400, 404, 405, 409, 413, 422})


def split_endpoint(url: str) -> tuple[str, str]:
    """Return the origin, and all that follows it with the query; both together are the address again.

    An address within the query is escaped, which means the same.
    """
    parts = urlsplit(url.strip())
    path = parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{parts.netloc}/", path.replace("://", "%3A//")


class AutoLetterClient:
    """Requests to the address that AUTOLETTER_URL names, with the token of the workspace."""

    def __init__(self, connection: Connection, *, settings: Any) -> None:
        origin, self.path = split_endpoint(settings.AUTOLETTER_URL)
        auth = FixedHeader(origin, name="Authorization", value=f"Bearer {settings.AUTOLETTER_TOKEN}")
        self.session = VendorSession("AutoLetter", base_url=origin, connection=connection, auth=auth)

    def push_orders(self, body: bytes) -> Response:
        """POST: create orders, or update them too. Answers any 2xx and what READ_HERE lists; sent once."""
        return self.session.request("POST", self.path, body=body, read_by_caller=READ_HERE)
