"""A shop as small as can be: it knows the REST API and nothing else of us."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backoffice.demo.basket import SIGN, baskets

READY_SECONDS = 180
FOLLOW_SECONDS = 1.0
# Ends of the journey, as a customer would see them.
ENDS = (
    {"order": "closed"},
    {"order": "cancelled"},
    {"shipment": "delivered"},
    {"production": "failed"},
    {"order": "held"},
)


class StorefrontError(Exception):
    """The back office does not answer as it should."""


class Storefront:
    """Places the demo's orders at `url` with `key` and follows them; `run` tells the references of runs apart."""

    def __init__(self, *, url: str, key: str, run: int, say: Callable[[str], None]) -> None:
        self.url = url
        self.key = key
        self.run = run
        self.say = say
        self.placed: dict[int, str] = {}

    def wait_until_ready(self) -> None:
        """Wait until the web process responds. Raise StorefrontError after a minute."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.send("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise StorefrontError(f"Nothing answers at {self.url}.")

    def place_orders(self) -> None:
        """Place one order of each kind and print what each is meant to show."""
        for basket in baskets(self._variant, run=self.run, now=datetime.now(UTC)):
            order = basket.order
            status, answer = self.send(
                "POST", "/api/v1/orders/?on_invalid=hold", order, idempotency_key=f"demo-{order['reference']}"
            )
            if status not in (200, 201):
                raise StorefrontError(f"Order {order['reference']} was refused with {status}: {answer}")
            self.say(f"Placed {answer['number']} ({basket.story}): {_describe(answer)}")
            self.placed[answer["id"]] = _describe(answer)

    def follow(self, *, until_done: bool) -> None:
        """Print each change of the placed orders; forever, or until every one has come to an end."""
        begin = time.monotonic()
        waiting = set(self.placed)
        while waiting or not until_done:
            for order_id in sorted(waiting):
                answer = self.send("GET", f"/api/v1/orders/{order_id}/")[1]
                if _describe(answer) != self.placed[order_id]:
                    self.placed[order_id] = _describe(answer)
                    self.say(
                        f"{time.monotonic() - begin:5.0f} s  {answer['number']} is {_describe(answer)}{_why(answer)}"
                    )
                if _has_ended(answer):
                    waiting.discard(order_id)
                    if not waiting:
                        self.say(
                            "Every order has come as far as it can alone; the rest waits for you in the staff pages."
                        )
            time.sleep(FOLLOW_SECONDS)

    def _variant(self, sku: str) -> dict[str, Any] | None:
        if sku == SIGN:
            status, answer = self.send("GET", "/api/v1/catalog/custom-products/?page_size=1")
            return answer["results"][0] if status == 200 and answer["results"] else None
        status, answer = self.send("GET", f"/api/v1/catalog/variants/{sku}/")
        return answer if status == 200 else None

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, idempotency_key: str = ""
    ) -> tuple[int, Any]:
        """Return status and decoded body. Raises OSError without a response."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")


def _has_ended(order: dict[str, Any]) -> bool:
    """Return whether it has come as far as it can alone. A person records the way of signs: their part stays open."""
    state = order["state"]
    if any(line["kind"] == "sign" for line in order["lines"]) and state["shipment"] == "partial":
        return True
    return any(axis.items() <= state.items() for axis in ENDS)


def _describe(order: dict[str, Any]) -> str:
    state = order["state"]
    parts = [state["order"]]
    if state["production"] != "none":
        parts.append(f"production {state['production'].replace('_', ' ')}")
    if state["shipment"] != "none":
        parts.append(f"shipment {state['shipment']}")
    return ", ".join(parts)


def _why(order: dict[str, Any]) -> str:
    reasons = [hold.get("text") or hold.get("reason", "") for hold in order.get("holds", [])]
    codes = [shipment.get("tracking_code", "") for shipment in order.get("shipments", [])]
    exported = [*reasons, *(f"tracking {code}" for code in codes if code)]
    return f" ({'; '.join(exported)})" if exported else ""
