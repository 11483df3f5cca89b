"""Who is told of what. Each webhook has secrets of its own; every one that is valid signs the raw body."""

import hmac
import http.client
import itertools
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.outgoing import send
from backoffice.sandbox.wire import JSON_TYPE, dumps
from tests.vendors.example.sandbox.options import ExampleOptions
from tests.vendors.example.sandbox.orders import Refused

TYPES = ("order_updated", "package_shipped")


class Webhooks:
    """`held` are all of them, `sent` each callback with what came back (status 0: no answer)."""

    def __init__(self, *, options: ExampleOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._ids = itertools.count(1)
        self._events = itertools.count(1)
        self.held: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    def add(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Subscribe."""
        if asked.get("type") not in TYPES or not str(asked.get("url")).startswith("http"):
            raise Refused(422, "The webhook is not complete.", type=["is not one of ours"])
        number = next(self._ids)
        hook = {"id": number, "type": asked["type"], "url": asked["url"], "secrets": [f"whsec-{number:032d}"]}
        self.held.append(hook)
        return self._show(hook)

    def find(self, key: str) -> dict[str, Any]:
        """Return one, with its secret."""
        return self._show(self._held(key))

    def remove(self, key: str) -> None:
        """End a subscription."""
        self.held.remove(self._held(key))

    def shown(self) -> list[dict[str, Any]]:
        """Return all."""
        shown = [self._show(hook) for hook in self.held]
        return shown if self._options.show_secrets else [{**hook, "secret": None} for hook in shown]

    def rotate(self) -> None:
        """Give each a new secret; the one before goes on to sign beside it."""
        for hook in self.held:
            hook["secrets"] = [f"{hook['secrets'][0]}-next", hook["secrets"][0]]

    def tell(self, kind: str, order: dict[str, Any]) -> None:
        """Notify everybody who subscribed; an event has one id, whoever it goes to."""
        event = {"id": f"evt_{next(self._events):08d}", "type": kind, "created": iso(self._clock.now())}
        body = dumps(event | {"data": {"order": order}})
        for hook in [hook for hook in self.held if hook["type"] == kind]:
            self.sent.append(self._send(body, hook))

    def _send(self, body: bytes, hook: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": JSON_TYPE, "X-Example-Signature": sign(body, *hook["secrets"])}
        outcome = {"url": hook["url"], "body": body.decode(), "headers": headers, "status": 0}
        try:
            status, _ = send("POST", hook["url"], headers=headers, timeout=self._options.callback_timeout, body=body)
            outcome["status"] = status
        except (OSError, http.client.HTTPException) as error:
            outcome["error"] = str(error)
        return outcome

    def _held(self, key: str) -> dict[str, Any]:
        found = next((hook for hook in self.held if str(hook["id"]) == key), None)
        if found is None:
            raise Refused(404, "Webhook not found.")
        return found

    def _show(self, hook: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in hook.items() if name != "secrets"} | {"secret": hook["secrets"][0]}


def sign(body: bytes, *secrets: str) -> str:
    """Return the header: `v1=` and the hex HMAC-SHA256 of the raw body, once for each secret."""
    return ",".join(f"v1={hmac.new(secret.encode(), body, 'sha256').hexdigest()}" for secret in secrets)
