"""What happens to an order after submit, step by step, by the sandbox's clock.

preflight → ready → produce → ship (once for each parcel) → deliver → finish. The step to come is kept on the order
(`next`), so that a restarted sandbox goes on where it stopped.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from backoffice.sandbox.clock import iso, parse_iso
from backoffice.sandbox.mypromo import catalog_fixed as courses
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.mypromo.catalog import Catalogue
from backoffice.sandbox.mypromo.downloads import download_failure
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.options import Options

CARRIERS = ("DHL", "UPS", "DPD", "GLS")
TRACKING = {
    "DHL": "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode={}",
    "UPS": "http://wwwapps.ups.com/WebTracking/track?track=yes&trackNums={}",
    "DPD": "https://tracking.dpd.de/status/de_DE/parcel/{}",
    "GLS": "https://gls-group.eu/track/{}",
}

Event = tuple[str, int | None]  # callback kind and, for packages, the shipment
Step = tuple[str, float] | None  # what comes next, and after how many seconds


class Life:
    """Moves orders on. Every step holds the store's lock; callbacks go out after it is released."""

    def __init__(self, *, options: Options, store: OrderStore, callbacks: Callbacks, catalogue: Catalogue) -> None:
        self._options = options
        self._store = store
        self._callbacks = callbacks
        self._catalogue = catalogue
        self._steps: dict[str, Callable[[Order, list[Event]], Step]] = {
            "preflight": self._preflight,
            "ready": self._ready,
            "fail": self._fail,
            "produce": self._produce,
            "ship": self._ship,
            "deliver": self._deliver,
            "finish": self._finish,
        }
        self.hand_over: Callable[[Order], None] = lambda order: None  # to the fulfillers

    def begin(self, order: Order) -> None:
        """Take a submitted order over; managed stock goes down."""
        order["submitted"] = True
        self._store.tell(order, "Order submitted.")
        self._store.ledger.record("submitted", order["id"], at=order["updated_at"])
        self._move_stock(order, -1)
        self._plan(order, ("preflight", self._options.step_seconds))

    def cancel(self, order: Order) -> None:
        """End an order that is not in production; managed stock goes up again."""
        order["next"] = None
        if order["submitted"]:
            self._move_stock(order, 1)
        for item in order["items"]:
            item["status"] = "CANCELED"
        self._store.move(order, "CANCELED")
        self._store.tell(order, "Order canceled.")

    def hurry(self, order: Order) -> None:
        """Bring a draft into production at once, without fetching its files; its merchant is told as usual."""
        events: list[Event] = []
        with self._store.lock:
            self.begin(order)
            order["next"] = None
            for step in (self._preflight, self._ready, self._produce):
                step(order, events)
        for kind, shipment in events:
            self._callbacks.emit(order, kind, shipment=shipment)

    def resume(self) -> None:
        """Plan again what orders of an earlier run were waiting for."""
        with self._store.lock:
            for order in self._store.held.values():
                if order["next"]:
                    wait = (parse_iso(order["next"]["at"]) - self._store.now()).total_seconds()
                    self._plan(order, (order["next"]["step"], max(0.0, wait)))

    def _plan(self, order: Order, step: Step) -> None:
        order["next"] = None
        if step is None:
            return
        name, delay = step
        at = self._store.now() + timedelta(seconds=delay / self._store.clock.speed)
        order["next"] = {"step": name, "at": iso(at)}
        self._store.clock.call_later(delay, lambda: self._take(order["id"], name))

    def _take(self, key: int, name: str) -> None:
        order = self._store.held[key]
        if name == "ready":
            self._fetch(order)
        events: list[Event] = []
        with self._store.lock:
            if not order["next"] or order["next"]["step"] != name:
                return  # cancelled meanwhile
            self._plan(order, self._steps[name](order, events))
        for kind, shipment in events:
            self._callbacks.emit(order, kind, shipment=shipment)

    def _preflight(self, order: Order, events: list[Event]) -> Step:
        self._store.move(order, "PREFLIGHT")
        return "ready", self._options.step_seconds

    def _fetch(self, order: Order) -> None:
        """Find out, without the lock, which files cannot be had; `failure` stays on the file."""
        really = self._options.fetch_files and (self._options.live or not order["fake_preflight"])
        for file in _files(order):
            file["failure"] = download_failure(file, really=really)
        for item in order["items"]:
            if item["course"] == courses.NO_FILE and item["files"]:
                item["files"][0]["failure"] = "HTTP 404"

    def _ready(self, order: Order, events: list[Event]) -> Step:
        for file in _files(order):
            name = file["url"].rsplit("/", 1)[-1].split("?")[0]
            if failure := file.pop("failure", None):
                file["status"] = "ERROR"
                self._store.tell(order, f'File "{name}": Download failed. ({failure})')
                return self._fail(order, events)
            file["status"] = "DOWNLOADED"
            self._store.tell(order, f'File "{name}": File downloaded.')
        self._store.move(order, "READY")
        self._store.tell(order, "Order ready for production.")
        if _course(order, courses.TRANSFER_ERROR):
            return "fail", self._options.production_delay / 2
        return "produce", self._options.production_delay

    def _fail(self, order: Order, events: list[Event]) -> Step:
        if order["status"] == "READY":
            self._store.tell(order, "Order could not be transferred to production.")
        self.cancel(order)
        events.append(("order", None))
        return None

    def _produce(self, order: Order, events: list[Event]) -> Step:
        self._store.move(order, "PROCESSING")
        self._store.tell(order, "Order is now in production.")
        self._promise(order)
        events.append(("order", None))
        if not (order["fake_shipment"] or self._options.live):
            self.hand_over(order)
            return None  # shipments are the fulfiller's to report
        return None if _course(order, courses.STUCK) else ("ship", self._options.step_seconds)

    def _promise(self, order: Order) -> None:
        """Set the shipping dates of order and items; a late one has its last day behind it."""
        late = self._is_late(order)
        ends = []
        for item in order["items"]:
            variant = self._catalogue.find(item["sku"])
            first, last = variant.days if variant else (3, 5)
            first, last = (-2, -1) if late else (first, last)
            item["shipping_earliest"], item["shipping_latest"] = self._end_of_day(first), self._end_of_day(last)
            item["shipping_late"] = late or (None if item["type"] == "STOCK" else False)
            ends.append((item["shipping_earliest"], item["shipping_latest"]))
        order["shipping_earliest"] = max(first for first, _ in ends)
        order["shipping_latest"] = max(last for _, last in ends)
        order["shipping_late"] = late

    def _ship(self, order: Order, events: list[Event]) -> Step:
        shipment = self._shipment(order)
        order["shipments"].append(shipment)
        self._store.tell(order, f"Shipment #{shipment['id']} created.")
        events.append(("package", shipment["id"]))
        seconds = self._options.step_seconds
        if _course(order, courses.TWO_PARCELS) and len(order["shipments"]) < 2:
            return "ship", seconds
        early = _course(order, courses.FINISH_FIRST) or _course(order, courses.UNDELIVERED)
        return ("finish" if early else "deliver"), seconds

    def _deliver(self, order: Order, events: list[Event]) -> Step:
        for shipment in order["shipments"]:
            shipment["delivered"] = True
            shipment["delivered_date"] = iso(self._store.now())
            shipment["delivery_late"] = order["shipping_late"]
            self._store.tell(order, f"Shipment #{shipment['id']} delivered.")
            events.append(("package", shipment["id"]))
        return None if order["status"] == "FINISHED" else ("finish", self._options.step_seconds / 2)

    def _finish(self, order: Order, events: list[Event]) -> Step:
        for item in order["items"]:
            item["status"] = "FINISHED"
        self._store.move(order, "FINISHED")
        self._store.tell(order, "Order finished.")
        events.append(("order", None))
        return ("deliver", self._options.step_seconds) if _course(order, courses.FINISH_FIRST) else None

    def _shipment(self, order: Order) -> dict[str, Any]:
        key = self._store.next_id("shipment")
        labels = [f for f in order["files"] if f["type"] == "label" and f["carrier"] and f["tracking_code"]]
        used = len(order["shipments"])
        carrier, code = CARRIERS[key % len(CARRIERS)], f"FAKE{key:08d}CODE"
        if used < len(labels):
            carrier, code = labels[used]["carrier"], labels[used]["tracking_code"]
        # the key order is the document's
        return {
            "id": key,
            "carrier": carrier,
            "tracking_id": code,
            "tracking_url": TRACKING[carrier].format(code) if carrier in TRACKING else None,
            "delivered": False,
            "delivery_earliest": None,
            "delivery_latest": None,
            "delivery_late": False,
            "delivered_date": None,
            "height": None,
            "width": None,
            "depth": None,
            "weight": None,
            "status": "SHIPPED",
            "force": False,
            "items": [self._packed(order, item) for item in order["items"]],
        }

    def _packed(self, order: Order, item: dict[str, Any]) -> dict[str, Any]:
        sent = sum(p["quantity"] for s in order["shipments"] for p in s["items"] if p["id"] == item["id"])
        quantity = item["quantity"] - sent
        if item["course"] == courses.TWO_PARCELS and not sent:
            quantity -= quantity // 2
        elif item["course"] == courses.SHORT:
            quantity = max(1, quantity * 3 // 5)  # the document's own order ships 3 of 5 and is FINISHED
        return {"id": item["id"], "reference": item["reference"], "quantity": quantity, "sku": item["sku"]}

    def _is_late(self, order: Order) -> bool:
        every = self._options.late_every
        return _course(order, courses.LATE) or bool(every and order["id"] % every == 0)

    def _end_of_day(self, days: int) -> str:
        return (self._store.now() + timedelta(days=days)).strftime("%Y-%m-%dT23:59:59.000000Z")

    def _move_stock(self, order: Order, sign: int) -> None:
        for item in order["items"]:
            variant = self._catalogue.find(item["sku"])
            if variant is not None and variant.stock is not None:
                self._catalogue.change(item["sku"], stock=variant.stock + sign * item["quantity"])


def _files(order: Order) -> list[dict[str, Any]]:
    return [*order["files"], *(f for item in order["items"] for f in item["files"])]


def _course(order: Order, name: str) -> bool:
    return any(item["course"] == name for item in order["items"])
