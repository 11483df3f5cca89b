"""The demo's shop opens: with a key of the API, and an endpoint that takes webhooks."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from backoffice.demo.sandbox import Sandbox

Send = Callable[..., tuple[int, Any]]


def open_shop(send: Send, *, sandbox_url: str, url: str, key: str) -> str:
    """Give the shop's server the API's address and key, make its endpoint over REST, or give the one of an earlier run
    a new secret; return where the shop is. `send` sends a request to the API.
    """
    Sandbox(sandbox_url).open_shop(url=url, key=key)
    _listen(send, sandbox_url=sandbox_url)
    return urljoin(sandbox_url, "/storefront/")


def _listen(send: Send, *, sandbox_url: str) -> None:
    url = urljoin(sandbox_url, "/storefront/webhooks")
    known = send("GET", "/api/v1/webhook-endpoints/")[1]["results"]
    found = next((endpoint for endpoint in known if endpoint["url"] == url), None)
    if found is None:
        made = send("POST", "/api/v1/webhook-endpoints/", {"url": url, "description": "Shop of the demo"})[1]
    else:
        path = f"/api/v1/webhook-endpoints/{found['id']}/secret/"
        if found["previous_secret_until"]:
            send("DELETE", path)
        made = send("POST", path, {"keep_hours": 0})[1]
    Sandbox(sandbox_url).take_webhooks(secret=made["secret"])
