"""Example Print as the server sees it: finds the route, checks the token, answers.

| control route below `/_sandbox/example/` | does |
|---|---|
| POST `orders/{id}` `{"status"}` | gives an order any status, also one that no document names |
| POST `rotate` | gives each webhook a second secret; both sign until the next time |
| GET `sent` | all callbacks with what came back |
"""

import re
from collections.abc import Callable
from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import BadBody, Request, Response, json_response, message
from tests.vendors.example.sandbox.catalogue import PRODUCTS
from tests.vendors.example.sandbox.options import ExampleOptions
from tests.vendors.example.sandbox.orders import Orders, Refused
from tests.vendors.example.sandbox.webhooks import Webhooks

Route = Callable[[Request, str], Any]


class ExampleApp(VendorApp):
    """One Example Print with everything it holds. The ledger knows its orders; what is confirmed costs money."""

    name = "example"
    options: ExampleOptions
    options_type = ExampleOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.webhooks = Webhooks(options=self.options, clock=clock)
        self.orders = Orders(
            options=self.options, clock=clock, ledger=self.ledger, lock=self.lock, tell=self.webhooks.tell
        )
        orders, hooks = self.orders, self.webhooks
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            (method, re.compile(f"^{path}$"), route)
            for method, path, route in (
                ("GET", "store", lambda request, key: {"result": {"name": "Sandbox Shop"}}),
                ("GET", "products", lambda request, key: self._page(request, PRODUCTS)),
                ("GET", "orders", lambda request, key: self._page(request, orders.changed(request.query))),
                ("POST", "orders", lambda request, key: {"result": orders.create(request.json())}),
                ("GET", "orders/([^/]+)", lambda request, key: {"result": orders.find(key)}),
                ("POST", "orders/([^/]+)/items", lambda request, key: {"result": orders.add(key, request.json())}),
                ("POST", "orders/([^/]+)/confirm", lambda request, key: {"result": orders.confirm(key)}),
                ("DELETE", "orders/([^/]+)", lambda request, key: {"result": orders.cancel(key)}),
                ("GET", "webhooks", lambda request, key: {"result": hooks.shown()}),
                ("POST", "webhooks", lambda request, key: {"result": hooks.add(request.json())}),
                ("GET", "webhooks/([^/]+)", lambda request, key: {"result": hooks.find(key)}),
                ("DELETE", "webhooks/([^/]+)", lambda request, key: {"result": hooks.remove(key)}),
            )
        ]

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Name address and token."""
        return {"EXAMPLE_URL": url, "EXAMPLE_TOKEN": ExampleOptions().token}

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        if request.headers.get("Authorization") != f"Bearer {self.options.token}":
            return message(401, "The access token is invalid.")
        for method, path, route in self._routes:
            if method == request.method and (found := path.match(request.path)):
                try:
                    with self.lock:
                        return json_response(200, route(request, found[1] if found.groups() else ""))
                except Refused as error:
                    return json_response(error.status, {"message": str(error), "errors": error.errors})
                except BadBody as error:
                    return message(400, str(error))
        return message(404, "Not found.")

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the rows behind the place asked for: a place is a row, not a number, so none is passed over."""
        after = request.query.get("after") or ""
        rest = [row for row in rows if _place(row) > after]
        shown = rest[: self.options.page_size]
        following = _place(shown[-1]) if len(rest) > len(shown) else ""
        return {"result": shown, "paging": {"total": len(rows), "next": following}}

    def control(self, request: Request) -> Any:
        """Control it from outside (see above)."""
        head, _, tail = request.path.partition("/")
        match request.method, head:
            case "POST", "orders":
                return self.orders.move(int(tail), str(request.json()["status"]))
            case "POST", "rotate":
                return self.webhooks.rotate()
            case "GET", "sent":
                return self.webhooks.sent
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        return {"orders": self.orders.held, "webhooks": self.webhooks.held}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved; orders go no further by themselves."""
        self.orders.held, self.webhooks.held = saved["orders"], saved["webhooks"]


def _place(row: dict[str, Any]) -> str:
    """Return where a row stands in its list."""
    return f"{row.get('updated', '')}.{row['id']:09d}"
