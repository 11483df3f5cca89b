"""The fulfiller's routes: production orders, their files and labels, and parcels."""

from typing import Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.mypromo import production_views as views
from backoffice.sandbox.mypromo.day_filters import filtered_by_day
from backoffice.sandbox.mypromo.labels import ask_generic_label, content_of
from backoffice.sandbox.mypromo.order_rules import PROCESSED
from backoffice.sandbox.mypromo.order_store import OrderStore
from backoffice.sandbox.mypromo.orders import LARGEST_PAGE
from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.production_life import ProductionLife
from backoffice.sandbox.mypromo.production_store import ProductionOrder, ProductionStore
from backoffice.sandbox.mypromo.routing import FULFILLER, Caller, Route
from backoffice.sandbox.mypromo.shipment_rules import check_payload, check_reuse, check_rules
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

PDF_TYPE = "application/pdf"


class Production:
    """The fulfiller's side of orders."""

    def __init__(
        self, *, options: Options, store: OrderStore, production: ProductionStore, life: ProductionLife
    ) -> None:
        self._options = options
        self._store = store
        self._production = production
        self._life = life

    def routes(self) -> list[Route]:
        """Return the routes; downloads have three kinds of links."""
        return [
            Route("GET", "v1/production_orders", FULFILLER, self.list_orders),
            Route("GET", "v1/production_orders/{id}", FULFILLER, self.get),
            Route("GET", "v1/production_orders/{id}/generic_label", FULFILLER, self.generic_label),
            Route("POST", "v1/production_orders/{id}/add_shipment", FULFILLER, self.add_shipment),
            Route("GET", "v1/download/{id_file}/p/{id_order}", FULFILLER, self.download_document),
            Route("GET", "v1/download/{id_file}/poi/{id_item}", FULFILLER, self.download_print_file),
            Route("GET", "v1/{id}/{short}", FULFILLER, self.download_label),
        ]

    def list_orders(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/production_orders`."""
        with self._store.lock:
            rows = [made for made in self._production.held.values() if made["client"] == caller.name]
            rows = filtered_by_day(rows, request)
        return list_response(
            request, rows, lambda made: self._view(made, request), options=self._options, most=LARGEST_PAGE
        )

    def get(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/production_orders/{id}`."""
        return json_response(200, self._view(self._production.find(key, client=caller.name), request))

    def generic_label(self, request: Request, caller: Caller, key: int) -> Response:
        """Return the label of a parcel, asking the merchant for it the first time."""
        made = self._production.find(key, client=caller.name)
        if not made["generic_label"]:
            return message(404, "Not found.")
        label = self._generic(made)
        with self._store.lock:
            self._note("generic_label", made)
            return json_response(200, views.document(label, made, base_url=request.base_url))

    def add_shipment(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `POST v1/production_orders/{id}/add_shipment`."""
        asked = request.json()
        with self._store.lock:
            made = self._production.find(key, client=caller.name)
            if made["status"] == "CANCELED":
                return message(422, PROCESSED)
            parcel = check_payload(asked, made, options=self._options)
            quantities, label = check_rules(parcel, made)
            if not self._options.tracking_reusable:
                mine = [other for other in self._production.held.values() if other["client"] == caller.name]
                check_reuse(parcel, mine, now=self._store.now())
            shipment = self._life.ship(made, parcel, quantities, label)
            return json_response(201, views.created_shipment(shipment))

    def download_document(self, request: Request, caller: Caller, file: int, key: int) -> Response:
        """Return a delivery slip."""
        made = self._production.find(key, client=caller.name)
        found = next((f for f in made["files"] if f["id"] == file and not f["code"]), None)
        return self._content(found, made)

    def download_print_file(self, request: Request, caller: Caller, file: int, item: int) -> Response:
        """Return a print file of an item."""
        for made in list(self._production.held.values()):
            if made["client"] == caller.name:
                for row in (i for i in made["items"] if i["id"] == item):
                    return self._content(next((f for f in row["files"] if f["id"] == file), None), made)
        return message(404, "Not found.")

    def download_label(self, request: Request, caller: Caller, key: int, short: str) -> Response:
        """Return a label; that announces the parcel for pick-up, each time."""
        made = self._production.find(key, client=caller.name)
        file = next((f for f in made["files"] if f["code"] == short), None)
        if file is not None and file["type"] == "labelGeneric":
            file = self._generic(made)
        answer = self._content(file, made)
        if file is not None:
            with self._store.lock:
                if file["status"] != "DOWNLOADED":
                    file["status"] = "DOWNLOADED"
                    made["updated_at"] = iso(self._store.now())
                self._note("label_downloaded", made, label=file["id"], tracking_code=file["tracking_code"])
        return answer

    def _generic(self, made: ProductionOrder) -> dict[str, Any]:
        """Return the generic label, the first one for good; the merchant is asked without the lock."""
        asked = next(f for f in made["files"] if f["type"] == "labelGeneric")
        known = _known_label(made) or ask_generic_label(asked, made, key=self._store.next_id("file"))
        with self._store.lock:
            held = _known_label(made)
            if held is None:
                made["files"].append(known)
                asked["status"] = "FORWARDING"
                made["updated_at"] = iso(self._store.now())
        return held or known

    def _content(self, file: dict[str, Any] | None, made: ProductionOrder) -> Response:
        if file is None:
            return message(404, "Not found.")
        return Response(200, content_of(file, made, options=self._options), {"Content-Type": PDF_TYPE})

    def _note(self, event: str, made: ProductionOrder, **data: Any) -> None:
        now = iso(self._store.now())
        self._store.ledger.note(event, at=now, production_order=made["id"], client=made["client"], **data)

    def _view(self, made: ProductionOrder, request: Request) -> dict[str, Any]:
        with self._store.lock:
            return views.production_order(made, base_url=request.base_url, options=self._options)


def _known_label(made: ProductionOrder) -> dict[str, Any] | None:
    # an order has supplied labels or a generic one, hardly both; the generic one is then the one that came later
    generic = next(n for n, f in enumerate(made["files"]) if f["type"] == "labelGeneric")
    return next((f for f in made["files"][generic:] if f["type"] == "label"), None)
