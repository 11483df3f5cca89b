"""What the vendor tells us: signed callbacks about a finished design, a new order, a filled-in form."""

import hmac
import http.client
import json
from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.outgoing import send
from backoffice.sandbox.sign_customiser.options import SignCustomiserOptions
from backoffice.sandbox.wire import JSON_TYPE, dumps

PRODUCT, ORDER, FORM = "product:created", "order:created", "form:submitted"


class Telling:
    """Signs and sends; `sent` remembers each callback with what came back (status 0: no answer)."""

    def __init__(self, *, options: SignCustomiserOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.sent: list[dict[str, Any]] = []

    def tell(self, topic: str, payload: dict[str, Any], *, url: str, secret: str) -> dict[str, Any]:
        """Send one callback and wait for its answer; gives status, answer (JSON, or None) and error."""
        body = dumps(payload)
        outcome: dict[str, Any] = {"topic": topic, "url": url, "status": 0, "answer": None, "error": ""}
        headers = {"Content-Type": JSON_TYPE, "Accept": JSON_TYPE, "User-Agent": "Sign Customiser sandbox"}
        try:
            status, content = send(
                "POST",
                url,
                headers=headers | self.signed(body, secret=secret),
                timeout=self._options.callback_timeout,
                body=body,
            )
            outcome |= {"status": status, "answer": json.loads(content)}
        except (OSError, http.client.HTTPException, ValueError) as failed:
            outcome["error"] = f"{type(failed).__name__}: {failed}"
        self.sent.append(outcome)
        return outcome

    def signed(self, body: bytes, *, secret: str) -> dict[str, str]:
        """Return the two headers over these bytes, at the sandbox's present time."""
        timestamp = str(int(self._clock.now().timestamp())).encode()
        joined = {"timestamp.body": timestamp + b"." + body, "timestampbody": timestamp + body, "body": body}
        digest = hmac.new(secret.encode(), joined[self._options.signature_format], "sha256").hexdigest()
        return {
            "x-webhook-timestamp": timestamp.decode(),
            "x-webhook-signature": self._options.signature_prefix + digest,
        }
