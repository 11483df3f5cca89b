"""LettrLabs as the server sees it."""

import hmac
import re
from collections.abc import Callable
from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.lettrlabs.cards import Cards
from backoffice.sandbox.lettrlabs.conversions import Conversions
from backoffice.sandbox.lettrlabs.envelope import Refused, answered, refused
from backoffice.sandbox.lettrlabs.life import Life
from backoffice.sandbox.lettrlabs.options import LettrlabsOptions
from backoffice.sandbox.lettrlabs.store import TEMPLATES, Store
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import BadBody, Request, Response, json_response

Route = Callable[[Request, int], Response]


class LettrlabsApp(VendorApp):
    """One LettrLabs with everything it holds. The ledger's events are `charge` and `card`, one for each card paid."""

    name = "lettrlabs"
    options: LettrlabsOptions
    options_type = LettrlabsOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        options = self.options
        self.store = Store()
        life = Life(store=self.store, clock=clock, ledger=self.ledger, options=options, lock=self.lock)
        self.cards = Cards(store=self.store, clock=clock, options=options, life=life)
        self.conversions = Conversions(store=self.store, clock=clock, ledger=self.ledger)
        cards, uploads = self.cards, self.conversions
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            (method, re.compile(f"^v1/{path}$"), route)
            for method, path, route in (
                (
                    "GET",
                    "me",
                    lambda r, key: answered({"id": 1, "companyName": "Sandbox Gifts", "email": "a@b.example"}),
                ),
                ("GET", "templates", self._templates),
                ("GET", r"templates/(\d+)", self._template),
                ("POST", "order", cards.create),
                ("GET", "order", cards.list),
                ("GET", "order/analytics", cards.analytics),
                ("GET", "order/transaction", cards.transactions),
                ("DELETE", r"order/(\d+)", cards.delete),
                ("PUT", r"order/(\d+)/recipients", cards.append),
                ("PUT", r"order/(\d+)/recipients:append", cards.append),
                ("GET", r"order/(\d+)/recipients", cards.recipients),
                ("DELETE", r"order/(\d+)/recipients", cards.remove),
                ("GET", r"order/(\d+)/recipient-delivery-status", cards.delivery_status),
                ("GET", r"order/(\d+)/proof", cards.proof),
                ("GET", r"order/(\d+)/checkout", cards.preview),
                ("POST", r"order/(\d+)/checkout", cards.check_out),
                ("POST", "order-recipients-statistics", cards.statistics),
                ("POST", "conversions", uploads.take),
                ("GET", "conversions", uploads.list),
                ("GET", r"conversions/(\d+)/status", uploads.status),
                ("DELETE", r"conversions/(\d+)", uploads.delete),
            )
        ]

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Name address and key."""
        return {"LETTRLABS_URL": url, "LETTRLABS_API_KEY": LettrlabsOptions().api_key}

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        key = request.headers.get("X-API-KEY") or ""
        if not hmac.compare_digest(key.encode(), self.options.api_key.encode()):
            text = "Unauthorized"
            return json_response(401, text) if self.options.bare_refusal else refused(Refused(401, text))
        for method, path, route in self._routes:
            if method == request.method and (found := path.match(request.path)):
                try:
                    with self.lock:
                        return route(request, int(found[1]) if found.groups() else 0)
                except Refused as error:
                    return refused(error)
                except BadBody as error:
                    return refused(Refused(400, str(error)))
        return refused(Refused(404, "Not found."))

    def control(self, request: Request) -> Any:
        """List all orders, and set the status of one: POST `orders/{id}` `{"status"}`."""
        if (request.method, request.path) == ("GET", "orders"):
            return list(self.store.orders.values())
        head, _, tail = request.path.rpartition("/")
        if request.method == "POST" and head == "orders":
            with self.lock:
                self.store.orders[int(tail)]["status"] = str(request.json()["status"])
            return self.store.orders[int(tail)]
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        return self.store.saved()

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        self.store.restore(saved)

    def _templates(self, request: Request, key: int) -> Response:
        if not self.options.templates_listed:
            raise Refused(404, "Not found.")
        return answered([{"id": number, "name": name} for number, name in TEMPLATES])

    def _template(self, request: Request, key: int) -> Response:
        name = dict(TEMPLATES).get(key)
        if name is None or not self.options.templates_listed:
            raise Refused(404, "Not found.")
        return answered({"id": key, "name": name})
