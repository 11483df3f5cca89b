"""The shop: orders with notes and meta, products, webhooks. Its documents are named in the connector's.

Where the document is silent, the code of the plug-in decides: a webhook's delivery id is the same within a second, a
failed delivery is not repeated, and after five in a row the webhook is disabled.
"""

import base64
import hashlib
import hmac
import http.client
import threading
from collections.abc import Callable
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.outgoing import send
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import BadBody, Request, Response, dumps, json_response
from backoffice.sandbox.woocommerce.options import WooCommerceOptions
from backoffice.sandbox.woocommerce.products import Products

_ROOT = "wp-json/wc/v3/"
Row = dict[str, Any]


class WooCommerceApp(VendorApp):
    """One shop. The ledger's events are `note`, `status`, `tracking` and `stock`, each as often as the shop was changed
    so.
    """

    name = "woocommerce"
    options: WooCommerceOptions
    options_type = WooCommerceOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.orders: dict[int, Row] = {}
        self.notes: dict[int, list[Row]] = {}
        self.products = Products(options=self.options, note=self._note_stock)
        self.webhooks: dict[int, Row] = {}
        # Deliveries that wait to be taken: (webhook's id, address, headers, body).
        self.outbox: list[tuple[int, str, dict[str, str], bytes]] = []
        self._last_id = 1000

    def handle(self, request: Request) -> Response:
        """Let in who has the key, and answer."""
        if not request.path.startswith(_ROOT):
            return _refuse(404, "rest_no_route", "No route was found matching the URL and request method.")
        given = f"{self.options.consumer_key}:{self.options.consumer_secret}".encode()
        if request.headers.get("Authorization") != f"Basic {base64.b64encode(given).decode()}":
            return _refuse(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if request.method != "GET" and not self.options.may_write:
            text = "The API key provided does not have write permissions."
            return _refuse(401, "woocommerce_rest_authentication_error", text)
        try:
            with self.lock:
                return self._route(request, request.path.removeprefix(_ROOT).strip("/").split("/"))
        except BadBody:
            return _refuse(400, "rest_invalid_json", "Invalid JSON body passed.")
        except KeyError:
            return _refuse(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")

    def control(self, request: Request) -> Any:
        """Buy something: POST `orders` with what is different about it. GET `orders` shows all. POST `products` with
        `products` puts these on sale.
        """
        match request.method, request.path:
            case "POST", "orders":
                return self.buy(**request.json())
            case "GET", "orders":
                return list(self.orders.values())
            case "POST", "products":
                return [self.offer(**product) for product in request.json()["products"]]
            case "GET", "products":
                return list(self.products.rows.values())
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        variations = {key: list(map(list, rows.items())) for key, rows in self.products.variations.items()}
        kept: dict[str, dict[int, Any]] = {
            "orders": self.orders,
            "notes": self.notes,
            "products": self.products.rows,
            "variations": variations,
            "webhooks": self.webhooks,
        }
        return {name: list(map(list, rows.items())) for name, rows in kept.items()} | {"last_id": self._last_id}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        for name in ("orders", "notes", "webhooks"):
            setattr(self, name, dict(saved.get(name, [])))
        self.products.rows = dict(saved.get("products", []))
        self.products.variations = {key: dict(rows) for key, rows in saved.get("variations", [])}
        self._last_id = saved.get("last_id", self._last_id)

    def offer(self, **fields: Any) -> Row:
        """Put a product on sale, or with `parent` a variation of one."""
        with self.lock:
            return self.products.add(fields.pop("id", None) or self._next_id(), **fields)

    def buy(self, **changes: Any) -> Row:
        """Have a customer buy; `changes` are fields of the order. Without lines it is ten mugs."""
        with self.lock:
            order_id, now = self._next_id(), self._now()
            order: Row = {
                "id": order_id,
                "number": str(order_id),
                "status": "processing",
                "currency": "EUR",
                "date_created_gmt": now,
                "date_modified_gmt": now,
                "date_paid_gmt": now,
                "date_completed_gmt": None,
                "discount_total": "0.00",
                "shipping_total": "4.90",
                "total": "15.23",
                "total_tax": "2.43",
                "prices_include_tax": True,
                "customer_note": "",
                "billing": _ADDRESS | {"email": "jana@example.com", "phone": "030 1234567"},
                "shipping": _ADDRESS,
                "meta_data": [],
                "line_items": [_line(self._next_id())],
                "tax_lines": [_TAX],
                "shipping_lines": [{"id": self._next_id(), "method_title": "Standard", "total": "4.90"}],
                "fee_lines": [],
                "refunds": [],
            } | changes
            self.orders[order_id] = order
            self.notes[order_id] = []
            if order["status"] == "processing":
                for line in order["line_items"]:
                    self.products.sell(line["product_id"], line.get("variation_id", 0), line["quantity"])
            self._tell("order.created", order)
            return order

    def change(self, order_id: int, **changes: Any) -> Row:
        """Have staff of the shop change an order."""
        with self.lock:
            order = self.orders[order_id]
            order |= changes | {"date_modified_gmt": self._now()}
            self._tell("order.updated", order)
            return order

    def _route(self, request: Request, parts: list[str]) -> Response:
        if parts == ["orders", "batch"]:
            # Who sends an empty one wants to know whether the key may write.
            return json_response(200, [])
        if parts[0] == "orders" and len(parts) > 1:
            return self._about_order(request, int(parts[1]), parts[2:])
        match request.method, *parts:
            case "GET", "orders":
                return json_response(200, self._list(request.query))
            case _, "products", *rest if (answer := self.products.route(request, rest)) is not None:
                return answer
            case _, "webhooks", *rest:
                return self._about_webhooks(request, rest)
        return _refuse(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _about_order(self, request: Request, key: int, rest: list[str]) -> Response:
        match request.method, *rest:
            case "GET", "notes":
                return json_response(200, self.notes[key])
            case "POST", "notes":
                return json_response(201, self._annotate(key, request.json()))
            case ("PUT",):
                return json_response(200, self._put(key, request.json()))
        return json_response(200, self.orders[key])

    def _about_webhooks(self, request: Request, rest: list[str]) -> Response:
        match request.method:
            case "POST":
                return json_response(201, self._listen(request.json()))
            case "PUT":
                webhook = self.webhooks[int(rest[0])]
                webhook |= request.json() | {"failures": 0}
                return json_response(200, webhook)
        return json_response(200, list(self.webhooks.values()))

    def _list(self, query: Any) -> list[Row]:
        rows = sorted(self.orders.values(), key=lambda order: (order["date_modified_gmt"], order["id"]))
        if after := query.get("modified_after"):
            rows = [order for order in rows if order["date_modified_gmt"] > after]
        size = min(int(query.get("per_page", 10)), 100)
        start = int(query.get("offset", 0)) or (int(query.get("page", 1)) - 1) * size
        return rows[start : start + size]

    def _put(self, key: int, given: Row) -> Row:
        order = self.orders[key]
        if "status" in given:
            order["status"] = given["status"]
            self.ledger.note("status", at=iso(self.clock.now()), order=key, status=given["status"])
        for meta in given.get("meta_data", []):
            kept = next((one for one in order["meta_data"] if one["id"] == meta.get("id")), None)
            if kept is None:
                order["meta_data"] = [*order["meta_data"], meta | {"id": self._next_id()}]
            else:
                kept |= meta
            self.ledger.note("tracking", at=iso(self.clock.now()), order=key)
        return self.change(key)

    def _annotate(self, key: int, given: Row) -> Row:
        note = {"id": self._next_id(), "note": given["note"], "customer_note": given.get("customer_note", False)}
        self.notes[key].append(note)
        self.ledger.note("note", at=iso(self.clock.now()), order=key, text=given["note"])
        return note

    def _note_stock(self, key: int, quantity: Any) -> None:
        self.ledger.note("stock", at=iso(self.clock.now()), product=key, quantity=quantity)

    def _listen(self, given: Row) -> Row:
        key = self._next_id()
        self.webhooks[key] = {"status": "active", **given, "id": key, "failures": 0}
        return {name: value for name, value in self.webhooks[key].items() if name != "secret"}

    def _tell(self, topic: str, order: Row) -> None:
        """Deliver to the webhooks of that topic; of the same second all have the same delivery id."""
        body = dumps(order)
        for key, webhook in self.webhooks.items():
            if webhook["status"] != "active" or webhook["topic"] != topic:
                continue
            signature = hmac.new(webhook["secret"].encode(), body, hashlib.sha256).digest()
            headers = {
                "Content-Type": "application/json",
                "X-WC-Webhook-Source": self.public_url,
                "X-WC-Webhook-Topic": topic,
                "X-WC-Webhook-Resource": "order",
                "X-WC-Webhook-Event": topic.partition(".")[2],
                "X-WC-Webhook-Signature": base64.b64encode(signature).decode(),
                "X-WC-Webhook-ID": str(key),
                "X-WC-Webhook-Delivery-ID": hashlib.md5(f"{key}{self._now()}".encode()).hexdigest(),
            }
            self.outbox.append((key, webhook["delivery_url"], headers, body))
        if self.options.post_webhooks:
            threading.Thread(target=self.post_due, daemon=True).start()

    def post_due(self, post: Callable[[str, dict[str, str], bytes], int] | None = None) -> None:
        """Deliver what waits, by HTTP unless the test has another way; a failure is counted, and not repeated."""
        while True:
            with self.lock:
                if not self.outbox:
                    return
                key, url, headers, body = self.outbox.pop(0)
            status = (post or self._post)(url, headers, body)
            with self.lock:
                webhook = self.webhooks[key]
                webhook["failures"] = 0 if 200 <= status < 300 else webhook["failures"] + 1
                if webhook["failures"] > self.options.most_failures:
                    webhook["status"] = "disabled"

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            return send("POST", url, headers=headers, timeout=self.options.webhook_seconds, body=body)[0]
        except (OSError, http.client.HTTPException, ValueError):
            return 0

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")


_ADDRESS = {
    "first_name": "Jana",
    "last_name": "Größer",
    "company": "",
    "address_1": "Hauptstraße 42",
    "address_2": "",
    "city": "Berlin",
    "state": "DE-BE",
    "postcode": "10115",
    "country": "DE",
    "phone": "",
}
_TAX = {
    "id": 7,
    "rate_id": 3,
    "label": "MwSt.",
    "rate_percent": 19,
    "tax_total": "1.50",
    "shipping_tax_total": "0.93",
}


def _line(line_id: int) -> Row:
    return {
        "id": line_id,
        "name": "Mug",
        "product_id": 11,
        "variation_id": 0,
        "quantity": 10,
        "subtotal": "7.90",
        "total": "7.90",
        "total_tax": "1.50",
        "sku": "MUG-1",
        "price": 0.79,
        "taxes": [{"id": 3, "total": "1.50", "subtotal": "1.50"}],
        "meta_data": [],
    }


def _refuse(status: int, code: str, text: str) -> Response:
    return json_response(status, {"code": code, "message": text, "data": {"status": status}})
