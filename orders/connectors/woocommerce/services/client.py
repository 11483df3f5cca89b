"""Requests to a shop's WooCommerce: REST API v3, each once, none of them kept waiting for long."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from backoffice.errors import DomainError
from backoffice.text.translatable import gettext as _
from backoffice.vendors.http import Poster, Request
from backoffice.vendors.responses import read_retry_after, readable
from orders.connectors.woocommerce.models import WooConnection

API = "/wp-json/wc/v3/"
MOST_READ = 16 * 1024 * 1024
MOST_SHOWN = 300
_NOT_NOW = frozenset({408, 425, 429})
_NOT_US = frozenset({401, 403})


class WooRefused(DomainError):
    """WooCommerce answers that it will not do that: trying again changes nothing."""

    code = "woocommerce_refused"
    # Of the answer.
    status = 0


class WooUnavailable(DomainError):
    """No answer, none that can be read, or one that says to come back later."""

    code = "woocommerce_unavailable"
    retry_after: float | None = None
    # It does not let us in: only people can change that.
    is_locked_out = False


class WooClient:
    """One connection's API."""

    def __init__(self, connection: WooConnection) -> None:
        self._root = connection.url.rstrip("/") + API
        given = connection.credentials
        token = base64.b64encode(f"{given['key']}:{given['secret']}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        # One connection to the shop for all that is asked of this client.
        self._poster = Poster(allow_private=settings.WOOCOMMERCE_PRIVATE_NETWORKS)

    def get(self, path: str, **query: str) -> Any:
        """Return what is there. Raise WooRefused, WooUnavailable."""
        return self._ask("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something. Raise WooRefused, WooUnavailable: then it may be there all the same."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something. Raise WooRefused, WooUnavailable: then it may be changed all the same."""
        return self._ask("PUT", path, body)

    def rows(self, path: str, **query: str) -> Sequence[Any]:
        """Return a page of a list. Raise WooRefused, WooUnavailable."""
        found = self.get(path, **query)
        if not isinstance(found, list):
            raise WooUnavailable(_("WooCommerce did not return a list."))
        return found

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = Request(
            method,
            self._root + path,
            body=None if body is None else json.dumps(body).encode(),
            max_bytes=MOST_READ,
            seconds=settings.WOOCOMMERCE_SECONDS,
        )
        answer = self._poster.send(request, self._headers)
        if answer.status is None:
            raise WooUnavailable(_("WooCommerce does not respond: %(cause)s") % {"cause": answer.error[:MOST_SHOWN]})
        if not 200 <= answer.status < 300:
            raise _refusal(answer.status, answer.headers, answer.body)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise WooUnavailable(_("WooCommerce did not return valid JSON.")) from None


def _message(body: bytes) -> str:
    """Return what the answer says: the message of WordPress where it has one, else its text, masked."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    message = found.get("message") if isinstance(found, dict) else None
    return readable(message.encode() if isinstance(message, str) else body, most=MOST_SHOWN)


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> DomainError:
    text = _("WooCommerce responded with HTTP %(status)d: %(text)s")
    if status in _NOT_US:
        text = _(
            "WooCommerce rejects our key (HTTP %(status)d): %(text)s Create a new key there, and enter it under Edit."
        )
    text %= {"status": status, "text": _message(body)}
    if status < 400 or status >= 500 or status in _NOT_NOW or status in _NOT_US:
        unavailable = WooUnavailable(text)
        unavailable.retry_after = read_retry_after(headers.get("retry-after", ""), now=datetime.now(UTC))
        unavailable.is_locked_out = status in _NOT_US
        return unavailable
    refused = WooRefused(text)
    refused.status = status
    return refused
