"""The orders mypromo holds, with their numbers, histories and the ledger entries they cause."""

import itertools
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.wire import message

Order = dict[str, Any]

ADDRESS = (
    "reference", "company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "state_code",
    "district", "country_code", "phone", "fax", "mobile", "email", "vat_id", "commercial_register_entry",
)  # fmt: skip
EXPORT = (*ADDRESS, "iban", "bic_or_swift", "account_holder", "eori_number")
CLIENT_ADDRESS = {
    "company": "Sandbox Shop GmbH",
    "street": "Musterstraße 1",
    "zip": "20095",
    "city": "Hamburg",
    "country_code": "DE",
    "email": "shop@example.com",
}


class OrderStore:
    """Orders by id. Whoever reads or changes one holds `lock`."""

    def __init__(self, *, clock: Clock, ledger: Ledger) -> None:
        self.lock = threading.RLock()
        self.held: dict[int, Order] = {}
        self.clock = clock
        self.ledger = ledger
        self.public_url = ""  # where the API begins, for links in what is sent without being asked
        self._counters: dict[str, Iterator[int]] = {}
        self._last: dict[str, int] = {}

    def next_id(self, kind: str) -> int:
        """Return the next number of orders, items, files, histories, addresses or shipments."""
        with self.lock:
            counter = self._counters.setdefault(kind, itertools.count(1))
            self._last[kind] = next(counter)
            return self._last[kind]

    def find(self, key: int, *, client: str) -> Order:
        """Return an order of this account. Raises Refusal with 404."""
        order = self.held.get(key)
        if order is None or order["client"] != client:
            raise Refusal(message(404, "Not found."))
        return order

    def add(self, asked: Order, *, client: str) -> Order:
        """Hold a new draft made from a checked payload."""
        with self.lock:
            now = iso(self.clock.now())
            order: Order = {
                "id": self.next_id("order"),
                "client": client,
                **{name: asked.get(name) for name in ("reference", "reference2", "callback", "generic_label")},
                **{n: bool(asked.get(n)) for n in ("complaint", "express_production", "express_shipping")},
                **{n: asked.get(n) is not False for n in ("fake_preflight", "fake_shipment")},
                "shipping_earliest": None,
                "shipping_latest": None,
                "shipping_late": False,
                "status": "PENDING",
                "comment": asked.get("comment"),
                "custom_properties": asked.get("custom_properties") or [],
                "shipper": self._address(asked.get("shipper"), ADDRESS),
                "export": self._address(asked.get("export"), EXPORT),
                "recipient": self._address(asked["recipient"], ADDRESS),
                "items": [],
                "histories": [],
                "files": [self._document(row) for row in asked.get("files") or []],
                "shipments": [],
                "created_at": now,
                "updated_at": now,
                "submitted": False,
                "next": None,
            }
            self.held[order["id"]] = order
            data = {"reference": order["reference"], "reference2": order["reference2"], "client": client}
            self.ledger.record("created", order["id"], at=now, **data)
            self.tell(order, "New order created.")
        return order

    def tell(self, order: Order, text: str, *, touch: bool = True) -> None:
        """Add a line to the history; `updated_at` moves unless told otherwise."""
        with self.lock:
            now = iso(self.clock.now())
            order["histories"].append({"id": self.next_id("history"), "text": text, "created_at": now})
            if touch:
                order["updated_at"] = now

    def move(self, order: Order, status: str) -> None:
        """Give an order another state and write it to the ledger."""
        with self.lock:
            order["status"] = status
            order["updated_at"] = iso(self.clock.now())
            self.ledger.record("state", order["id"], at=order["updated_at"], state=status)

    def restore(self, orders: list[Order], counters: dict[str, int]) -> None:
        """Take over what an earlier run held."""
        with self.lock:
            self.held = {order["id"]: order for order in orders}
            self._last = dict(counters)
            self._counters = {kind: itertools.count(last + 1) for kind, last in counters.items()}

    def counters(self) -> dict[str, int]:
        """Return the last number given out of each kind."""
        with self.lock:
            return dict(self._last)

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return self.clock.now()

    def _address(self, given: Order | None, names: tuple[str, ...]) -> Order:
        # without an address of its own an order uses the one kept at the client
        usable = given if given and given.get("zip") else CLIENT_ADDRESS
        return {"id": self.next_id("address"), **{name: usable.get(name) for name in names}}

    def _document(self, row: Order) -> Order:
        carrier = row.get("carrier")
        return {
            "id": self.next_id("file"),
            "url": row["url"],
            "type": row["type"],
            "carrier": carrier.upper() if carrier else None,
            "tracking_code": row.get("tracking_code"),
            "status": "PENDING",
            "auth": row.get("auth"),
        }
