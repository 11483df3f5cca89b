"""The storefront: a shop at `/storefront/`, the server behind it, and where it takes webhooks.

| address | is |
|---|---|
| `` | the shop's page |
| `api/v1/…` | what of the back office's API a shopper may use, by the shop's key |
| `live` | the webhooks as they come, as server-sent events |
| `webhooks` | POST: takes one; GET: shows those that came |
"""

import json
import time
from collections.abc import Iterator
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.storefront.arrivals import HEADERS, NEW, Arrivals
from backoffice.sandbox.storefront.backend import Backend
from backoffice.sandbox.storefront.log_page import show_log
from backoffice.sandbox.storefront.options import StorefrontOptions
from backoffice.sandbox.storefront.shop_page import show_shop
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import Request, Response, message

# A page that was closed is noticed that late.
_BREATH_SECONDS = 10


class StorefrontApp(VendorApp):
    """A shop. The ledger's events are `webhook`, one for each that was new and verified."""

    name = "storefront"
    options: StorefrontOptions
    options_type = StorefrontOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.arrivals = Arrivals()
        self.backend = Backend()
        self._is_stopped = False

    def handle(self, request: Request) -> Response:
        """Take a webhook, sell something, or show what came."""
        path = request.path.rstrip("/")
        if path.startswith("api/"):
            return self.backend.pass_on(request)
        if request.method == "POST" and path == "webhooks":
            return self._take(request)
        if request.method != "GET":
            return message(405, "Not possible here.")
        return self._show(request, path)

    def _show(self, request: Request, path: str) -> Response:
        match path:
            case "":
                return show_shop()
            case "live":
                last = request.headers.get("Last-Event-ID") or "0"
                headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
                return Response(200, self._live(int(last) if last.isdecimal() else 0), headers)
            case "webhooks":
                return show_log(reversed(self.arrivals.after(0)))
        return message(404, "The shop has no such page.")

    def is_api(self, path: str) -> bool:
        """Let faults hit what the back office calls, not what people read."""
        return path.strip("/") == "webhooks"

    def control(self, request: Request) -> Any:
        """Know all that came (GET and DELETE `arrivals`), and open the shop: PATCH `backend` with `url` and `key`."""
        match request.method, request.path:
            case "GET", "arrivals":
                return self.arrivals.after(0)
            case "DELETE", "arrivals":
                self.arrivals.clear()
                return []
            case "PATCH", "backend":
                given = request.json()
                self.backend.url, self.backend.key = str(given["url"]), str(given["key"])
                return {"url": self.backend.url}
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart; the key is given anew."""
        with self.arrivals.changed:
            return {
                "arrivals": list(self.arrivals.kept),
                "seen": dict(self.arrivals.seen),
                "newest": dict(self.arrivals.newest),
                "secret": self.options.secret,
                "orders": sorted(self.backend.orders),
            }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        kept = [arrival for arrival in saved.get("arrivals", []) if "number" in arrival]
        count = max((arrival["number"] for arrival in kept), default=0)
        self.arrivals = Arrivals(kept, count, saved.get("seen", {}), saved.get("newest", {}))
        self.options.secret = saved.get("secret", "")
        self.backend.orders = set(saved.get("orders", []))

    def stop(self) -> None:
        """Let go whoever waits for webhooks."""
        self._is_stopped = True
        with self.arrivals.changed:
            self.arrivals.changed.notify_all()

    def _take(self, request: Request) -> Response:
        time.sleep(self.options.seconds)
        headers = {name: request.headers.get(name) or "" for name in HEADERS}
        text = request.body.decode("utf-8", "replace")
        arrival = self.arrivals.take(headers, text, secret=self.options.secret, keep=self.options.kept)
        if arrival["verdict"] == NEW:
            self.ledger.note("webhook", at=iso(self.clock.now()), id=arrival["id"], topic=arrival["topic"])
        if not arrival["is_verified"]:
            return message(401, "The signature does not verify.")
        return Response(self.options.status)

    def _live(self, last: int) -> Iterator[bytes]:
        """Yield what came and what comes."""
        yield b"retry: 1000\n\n"
        while not self._is_stopped:
            some = self.arrivals.after(last, seconds=_BREATH_SECONDS, until=lambda: self._is_stopped)
            yield b"".join(_server_sent(arrival) for arrival in some) or b": still here\n\n"
            last = some[-1]["number"] if some else last


def _server_sent(arrival: dict[str, Any]) -> bytes:
    shown = {name: value for name, value in arrival.items() if name != "body"}
    return f"id: {arrival['number']}\ndata: {json.dumps(shown)}\n\n".encode()
