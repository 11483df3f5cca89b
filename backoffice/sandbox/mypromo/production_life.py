"""What happens to production orders: begun when the merchant's order is, ended when everything is shipped.

Every parcel is written into the merchant's order as well, and both sides are called back.
"""

from datetime import timedelta
from typing import Any

from backoffice.sandbox.clock import iso, parse_iso
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.mypromo.life import TRACKING
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.mypromo.production_store import ProductionOrder, ProductionStore
from backoffice.sandbox.mypromo.production_views import production_order
from backoffice.sandbox.mypromo.reference import carriers
from backoffice.sandbox.mypromo.shipment_rules import remaining
from backoffice.sandbox.options import Options

MAIL = "Mail notification for Production-Order #{} sent to fulfiller@example.com"
_MIRRORED = (
    "tracking_url", "delivered", "delivery_earliest", "delivery_latest", "delivery_late", "delivered_date", "height",
    "width", "depth", "weight", "status", "force",
)  # fmt: skip


class ProductionLife:
    """Moves production orders on; whoever calls it holds the lock of the order store."""

    def __init__(
        self, *, options: Options, store: OrderStore, production: ProductionStore, callbacks: Callbacks
    ) -> None:
        self._options = options
        self._store = store
        self._production = production
        self._callbacks = callbacks

    def begin(self, order: Order) -> None:
        """Split a merchant's order that went to production, and tell its fulfillers."""
        for made in self._production.split(order):
            self._store.tell(made, "Production-Order created.")
            self._store.tell(made, "Production-Order is now pending.")
            self._store.tell(made, MAIL.format(made["id"]))
            self._plan_start(made, self._options.step_seconds)
            self._call_back(made)

    def ship(
        self, made: ProductionOrder, parcel: dict[str, Any], quantities: dict[int, int], label: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Hold a parcel that keeps the rules, and finish what it completes."""
        shipment = self._shipment(made, parcel, quantities)
        if label is not None:
            label |= {"used_by": shipment["id"], **{n: parcel[n] for n in ("carrier", "tracking_code")}}
        made["shipments"].append(shipment)
        self._store.tell(made, f"Shipment #{shipment['id']} created.")
        self._record(made, shipment)
        order = self._store.held[made["order_id"]]
        order["shipments"].append(_mirrored(shipment))
        self._store.tell(order, f"Shipment #{shipment['id']} created.")
        self._callbacks.emit(order, "package", shipment=shipment["id"])
        self._finish(made, order)
        self._plan_arrival(made, shipment)
        return shipment

    def cancel(self, made: ProductionOrder) -> None:
        """Give up a production order, as mypromo's staff may; the merchant's order ends with its last one."""
        made["next"] = None
        self._production.move(made, "CANCELED")
        self._store.tell(made, "Production-Order canceled.")
        self._call_back(made)
        order = self._store.held[made["order_id"]]
        if all(other["status"] == "CANCELED" for other in self._production.of_order(order["id"])):
            self._store.move(order, "CANCELED")
            self._store.tell(order, "Order canceled.")
            self._callbacks.emit(order, "order")

    def resume(self, orders: list[ProductionOrder]) -> None:
        """Take over what an earlier run held and go on with it."""
        with self._store.lock:
            self._production.held = {made["id"]: made for made in orders}
            for made in orders:
                if made["next"]:
                    self._plan_start(made, self._seconds_until(made["next"]))
                for shipment in made["shipments"]:
                    if not shipment["delivered"]:
                        self._wait_for(made, shipment, self._seconds_until(shipment["arrives_at"]))

    def _seconds_until(self, moment: str) -> float:
        """Return how long to wait, in the seconds of options, for a moment that an earlier run planned."""
        return max(0.0, (parse_iso(moment) - self._store.now()).total_seconds()) * self._store.clock.speed

    def _later(self, delay: float) -> str:
        return iso(self._store.now() + timedelta(seconds=delay / self._store.clock.speed))

    def _plan_start(self, made: ProductionOrder, delay: float) -> None:
        made["next"] = self._later(delay)
        self._store.clock.call_later(delay, lambda: self._start(made))

    def _start(self, made: ProductionOrder) -> None:
        with self._store.lock:
            if not made["next"]:
                return  # cancelled or shipped meanwhile
            made["next"] = None
            self._production.move(made, "PROCESSING")
            self._store.tell(made, "Production started.")
            self._call_back(made)

    def _finish(self, made: ProductionOrder, order: Order) -> None:
        left = remaining(made)
        for item in made["items"]:
            if not left[item["id"]]:
                item["status"] = "FINISHED"
        if any(left.values()) or made["status"] == "FINISHED":
            return
        made["next"] = None
        self._production.move(made, "FINISHED")
        self._store.tell(made, "Production-Order finished.")
        self._store.tell(made, MAIL.format(made["id"]))
        self._call_back(made)
        self._finish_order(order)

    def _finish_order(self, order: Order) -> None:
        parts = self._production.of_order(order["id"])
        done = {i["order_item_id"] for made in parts for i in made["items"] if i["status"] == "FINISHED"}
        for item in order["items"]:
            if item["id"] in done:
                item["status"] = "FINISHED"
        if all(item["id"] in done for item in order["items"]) and order["status"] == "PROCESSING":
            self._store.move(order, "FINISHED")
            self._store.tell(order, "Order finished.")
            self._callbacks.emit(order, "order")

    def _plan_arrival(self, made: ProductionOrder, shipment: dict[str, Any]) -> None:
        delay = self._options.delivery_seconds
        shipment["arrives_at"] = self._later(delay)
        self._wait_for(made, shipment, delay)

    def _wait_for(self, made: ProductionOrder, shipment: dict[str, Any], delay: float) -> None:
        self._store.clock.call_later(delay, lambda: self._arrive(made, shipment))

    def _arrive(self, made: ProductionOrder, shipment: dict[str, Any]) -> None:
        with self._store.lock:
            order = self._store.held[made["order_id"]]
            mirrored = next(s for s in order["shipments"] if s["id"] == shipment["id"])
            for held in (shipment, mirrored):
                held |= {"delivered": True, "delivered_date": iso(self._store.now())}
                held["delivery_late"] = bool(made["shipping_late"])
            for notified in (made, order):
                self._store.tell(notified, f"Shipment #{shipment['id']} delivered.")
            self._callbacks.emit(order, "package", shipment=shipment["id"])

    def _call_back(self, made: ProductionOrder) -> None:
        view = production_order(made, base_url=self._store.public_url, options=self._options)
        text = f"Callback for production order #{made['id']} sent. (HTTP {{}})"

        def note(status: int) -> None:
            self._store.tell(made, text.format(status), touch=False)

        self._callbacks.emit_production(made["id"], view, note=note)

    def _shipment(self, made: ProductionOrder, parcel: dict[str, Any], quantities: dict[int, int]) -> dict[str, Any]:
        carrier, code = parcel["carrier"], parcel["tracking_code"]
        names = {c["key"]: c["name"] for c in carriers()}
        tracking = TRACKING.get(carrier.upper())
        packed = ("id", "order_item_id", "reference", "sku")
        return {
            "id": self._store.next_id("shipment"),
            "carrier": carrier,
            "carrier_name": names[carrier],
            "tracking_code": code,
            "tracking_url": tracking.format(code) if tracking else None,
            "delivered": None,
            "delivery_earliest": None,
            "delivery_latest": None,
            "delivery_late": None,
            "delivered_date": None,
            **{name: parcel[name] for name in ("height", "width", "depth", "weight")},
            "status": "SHIPPED",
            "force": parcel["force"],
            "items": [
                {**{name: item[name] for name in packed}, "quantity": quantities[item["id"]]}
                for item in made["items"]
                if quantities.get(item["id"])
            ],
            "created_at": iso(self._store.now()),
        }

    def _record(self, made: ProductionOrder, shipment: dict[str, Any]) -> None:
        data = {name: shipment[name] for name in ("id", "carrier", "tracking_code", "force")}
        items = [{name: item[name] for name in ("id", "sku", "quantity")} for item in shipment["items"]]
        about = {"production_order": made["id"], "client": made["client"], "items": items}
        self._store.ledger.note("shipment", at=shipment["created_at"], **data, **about)


def _mirrored(shipment: dict[str, Any]) -> dict[str, Any]:
    """Write a parcel for the merchant's order, whose words differ."""
    data = {name: shipment[name] for name in _MIRRORED} | {"delivered": False, "delivery_late": False}
    return {
        "id": shipment["id"],
        "carrier": shipment["carrier"].upper(),
        "tracking_id": shipment["tracking_code"],
        **data,
        "items": [
            {"id": i["order_item_id"], **{name: i[name] for name in ("reference", "quantity", "sku")}}
            for i in shipment["items"]
        ],
    }
