"""The order routes: create, items, submit, list, read, cancel."""

from typing import Any

from backoffice.sandbox.mypromo import order_views as views
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.day_filters import filtered_by_day
from backoffice.sandbox.mypromo.designs import Designs
from backoffice.sandbox.mypromo.life import Life
from backoffice.sandbox.mypromo.order_rules import PROCESSED, check_item, check_order
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.routing import MERCHANT, Caller, Refusal, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

LARGEST_PAGE = 15


class Orders:
    """The merchant's side of orders."""

    def __init__(
        self,
        *,
        options: Options,
        store: OrderStore,
        life: Life,
        callbacks: Callbacks,
        catalogue: Catalogue,
        designs: Designs,
    ) -> None:
        self._options = options
        self._store = store
        self._life = life
        self._callbacks = callbacks
        self._catalogue = catalogue
        self._designs = designs

    def routes(self) -> list[Route]:
        """Return the routes; the verbs of submit and cancel follow the options of the start."""
        return [
            Route("POST", "v1/orders", MERCHANT, self.create),
            Route("GET", "v1/orders", MERCHANT, self.list_orders),
            Route("GET", "v1/orders/{id}", MERCHANT, self.get),
            Route("POST", "v1/orders/{id}/items", MERCHANT, self.add_item),
            *(Route(verb, "v1/orders/{id}/submit", MERCHANT, self.submit) for verb in ("POST", "PATCH")),
            *(Route(verb, "v1/orders/{id}/cancel", MERCHANT, self.cancel) for verb in ("PATCH", "PUT")),
        ]

    def create(self, request: Request, caller: Caller) -> Response:
        """Handle `POST v1/orders`: a draft."""
        asked = request.json()
        check_order(asked, options=self._options)
        order = self._store.add(asked, client=caller.name)
        if self._options.callback_before_answer:
            self._callbacks.send_now(order, "order")
        with self._store.lock:
            return json_response(201, views.listed(order))

    def add_item(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `POST v1/orders/{id}/items` for print files, designs and stock."""
        asked = request.json()
        with self._store.lock:
            order = self._store.find(key, client=caller.name)
            if order["submitted"] or order["status"] != "PENDING":
                return message(422, PROCESSED)
            designs = self._requested_designs(asked, caller)
            sku = designs[0]["sku"] if designs else None
            least = self._options.item_reference_least
            variant = check_item(asked, order=order, catalogue=self._catalogue, sku=sku, least=least)
            item = self._store_item(order, asked, variant, designs=designs)
            stock = item["type"] == "STOCK"
            return json_response(self._options.stock_item_status if stock else 201, views.created_item(item))

    def submit(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `POST v1/orders/{id}/submit`."""
        _only(request, self._options.submit_verb)
        with self._store.lock:
            order = self._store.find(key, client=caller.name)
            if order["submitted"] or order["status"] != "PENDING":
                return message(422, PROCESSED)
            if not order["items"]:
                errors = Errors()
                errors.required("items")
                errors.refuse()
            self._life.begin(order)
            answer = views.submitted(order)
        if self._options.callback_before_answer:
            self._callbacks.send_now(order, "order")
        return json_response(200, answer)

    def list_orders(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/orders`."""
        with self._store.lock:
            rows = [o for o in self._store.held.values() if o["client"] == caller.name]
            rows = self._filtered(rows, request)
        return list_response(request, rows, self._view, options=self._options, most=LARGEST_PAGE)

    def get(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/orders/{id}`."""
        with self._store.lock:
            return json_response(200, views.by_id(self._store.find(key, client=caller.name)))

    def cancel(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `PATCH v1/orders/{id}/cancel`, possible until production begins."""
        _only(request, self._options.cancel_verb)
        with self._store.lock:
            order = self._store.find(key, client=caller.name)
            if order["status"] not in ("PENDING", "PREFLIGHT", "READY"):
                return message(422, PROCESSED)
            self._life.cancel(order)
            answer = views.canceled(order)
        if self._options.callback_before_answer:
            self._callbacks.send_now(order, "order")
        else:
            self._callbacks.emit(order, "order")
        return json_response(200, answer)

    def _view(self, order: Order) -> dict[str, Any]:
        with self._store.lock:
            return views.listed(order)

    def _filtered(self, rows: list[Order], request: Request) -> list[Order]:
        rows = filtered_by_day(rows, request)
        if self._options.reference_filter == "ignored":
            return rows
        for name in ("reference", "reference2"):
            if requested := request.query.get(name):
                rows = [o for o in rows if self._same(o[name], requested)]
        return rows

    def _same(self, held: str | None, requested: str) -> bool:
        if self._options.reference_filter == "loose":
            return requested.casefold() in (held or "").casefold()
        return held == requested

    def _requested_designs(self, asked: dict[str, Any], caller: Caller) -> list[dict[str, Any]]:
        errors = Errors()
        found = []
        for n, row in enumerate(errors.rows("designs", asked.get("designs"))):
            key = str(row.get("id", ""))
            design = self._designs.held.get(int(key)) if key.isdecimal() else None
            if design is None or design["client"] != caller.name:
                errors.selected(f"designs.{n}.id")
            elif design["status"] != "SUBMITTED":
                errors.add(f"designs.{n}.id", "The design has not been submitted.")
            else:
                found.append(design)
        errors.refuse()
        return found

    def _store_item(
        self, order: Order, asked: dict[str, Any], variant: Variant, *, designs: list[dict[str, Any]]
    ) -> dict[str, Any]:
        files = [self._file(row) for row in asked.get("files") or []]
        kind = "DESIGNS" if designs else "FILES" if files else "STOCK"
        item = {
            "id": self._store.next_id("item"),
            "reference": asked.get("reference"),
            "quantity": asked["quantity"],
            "sku": variant.sku,
            "type": kind,
            "shipping_earliest": None,
            "shipping_latest": None,
            "shipping_late": None if kind == "STOCK" else False,
            "status": "PENDING",
            "custom_properties": asked.get("custom_properties") or [],
            "files": files,
            "designs": [_attached(design) for design in designs],
            "customs": asked.get("customs"),
            "course": variant.course,
        }
        order["items"].append(item)
        data = {name: item[name] for name in ("id", "reference", "quantity", "sku")}
        data |= {"files": [f["url"] for f in files], "designs": [d["id"] for d in designs]}
        self._store.tell(order, f"Item #{item['id']} added to order #{order['id']}.")
        self._store.ledger.record("item", order["id"], at=order["updated_at"], item=data)
        return item

    def _file(self, row: dict[str, Any]) -> dict[str, Any]:
        key = self._store.next_id("file")
        return {"id": key, "url": row["url"], "type": row.get("type"), "status": "PENDING", "auth": row.get("auth")}


def _attached(design: dict[str, Any]) -> dict[str, Any]:
    # the document shows no preview yet at this point
    return {"id": design["id"], "editor_start_url": design["editor_start_url"], "preview_url": None, "status": "READY"}


def _only(request: Request, verb: str) -> None:
    if request.method != verb:
        text = f"The {request.method} method is not supported for this route."
        raise Refusal(message(405, text, headers={"Allow": verb}))
