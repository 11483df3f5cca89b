"""Orders: made as drafts, confirmed for money, made and shipped as time goes by, cancelled before that."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.ledger import Ledger
from tests.vendors.example.sandbox.catalogue import PRODUCTS
from tests.vendors.example.sandbox.options import ExampleOptions

PRICES = {variant["sku"]: float(variant["prices"][0]["price"]) for row in PRODUCTS for variant in row["variants"]}
MOST_ITEMS = 25
LONGEST_STREET = 60
_NEEDED = ("name", "address1", "city", "zip", "country_code")

Tell = Callable[[str, dict[str, Any]], None]


class Refused(Exception):
    """Not done: the status to answer with, the text, and complaints by field."""

    def __init__(self, status: int, text: str, **errors: list[str]) -> None:
        super().__init__(text)
        self.status = status
        self.errors = {name.replace("__", "."): texts for name, texts in errors.items()}


class Orders:
    """`held` are all orders as they are shown, by their ids; guarded by the app's lock."""

    def __init__(
        self, *, options: ExampleOptions, clock: Clock, ledger: Ledger, lock: "threading.RLock", tell: Tell
    ) -> None:
        self._options = options
        self._clock = clock
        self._ledger = ledger
        self._lock = lock
        self._tell = tell
        self.held: list[dict[str, Any]] = []

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a draft with all its items. An `external_id` is used once."""
        self._check(asked)
        number, now = len(self.held) + 1, iso(self._clock.now())
        items = [{"id": 100 * number + place, **item} for place, item in enumerate(asked["items"], start=1)]
        total = sum(PRICES[item["sku"]] * item["quantity"] for item in items)
        order = {
            "id": number,
            "external_id": asked["external_id"],
            "status": "draft",
            "created": now,
            "updated": now,
            "revision": 1,
            "recipient": asked["recipient"],
            "items": items,
            "costs": {"currency": "EUR", "total": f"{total:.2f}"},
            "shipments": [],
        }
        self.held.append(order)
        self._ledger.record("created", number, at=now, reference=asked["external_id"], reference2="", client="1")
        for item in items:
            self._ledger.record("item", number, at=now, item=dict(item))
        return order

    def add(self, key: str, item: dict[str, Any]) -> dict[str, Any]:
        """Add an item to a draft."""
        order = self.find(key)
        self._check_items([item])
        if order["status"] != "draft":
            raise Refused(409, "Only a draft can be changed.")
        added = {"id": 100 * order["id"] + len(order["items"]) + 1, **item}
        order["items"].append(added)
        self._ledger.record("item", order["id"], at=iso(self._clock.now()), item=dict(added))
        return added

    def find(self, key: str) -> dict[str, Any]:
        """Return the order of an id, or of `@external_id`. Raises Refused."""
        name, wanted = ("external_id", key[1:]) if key.startswith("@") else ("id", key)
        found = next((order for order in self.held if str(order[name]) == wanted), None)
        if found is None:
            raise Refused(404, "Order not found.")
        return found

    def changed(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return those changed at `updated_from` or later, oldest change first."""
        since = datetime.fromisoformat(query["updated_from"]) if "updated_from" in query else None
        rows = [order for order in self.held if since is None or datetime.fromisoformat(order["updated"]) >= since]
        return sorted(rows, key=lambda order: (order["updated"], order["id"]))

    def confirm(self, key: str) -> dict[str, Any]:
        """Have a draft made: from now on it costs money."""
        order = self.find(key)
        if order["status"] != "draft":
            raise Refused(409, "Only a draft can be confirmed.")
        self._ledger.record("submitted", order["id"], at=iso(self._clock.now()))
        self._set(order, "pending")
        self._clock.call_later(self._options.step_seconds, partial(self._go_on, order["id"]))
        return order

    def cancel(self, key: str) -> dict[str, Any]:
        """Cancel before production."""
        order = self.find(key)
        if order["status"] not in ("draft", "pending", "canceled"):
            raise Refused(409, "The order is being made and cannot be cancelled.")
        if order["status"] != "canceled":
            self._set(order, "canceled")
        return order

    def move(self, number: int, status: str) -> dict[str, Any]:
        """Give an order any status, and tell of it."""
        with self._lock:
            order = self.held[number - 1]
            self._set(order, status)
        self._tell("order_updated", order)
        return order

    def _go_on(self, number: int) -> None:
        with self._lock:
            order = self.held[number - 1]
            if order["status"] not in ("pending", "inprocess"):
                return
            is_made = order["status"] == "inprocess"
            if is_made:
                order["shipments"].append(self._parcel(order))
            self._set(order, "fulfilled" if is_made else "inprocess")
        self._tell("package_shipped" if is_made else "order_updated", order)
        if not is_made:
            self._clock.call_later(self._options.step_seconds, partial(self._go_on, number))

    def _parcel(self, order: dict[str, Any]) -> dict[str, Any]:
        code = f"EXTRACK{order['id']:06d}"
        return {
            "id": 7000 + order["id"],
            "carrier": "DHL",
            "tracking_number": code,
            "tracking_url": f"https://track.example.com/{code}",
            "shipped_at": iso(self._clock.now()),
            "items": [{"item_id": item["id"], "quantity": item["quantity"]} for item in order["items"]],
        }

    def _set(self, order: dict[str, Any], status: str) -> None:
        now = iso(self._clock.now())
        order |= {"status": status, "updated": now, "revision": order["revision"] + 1}
        shown = "CANCELED" if status == "canceled" else status
        self._ledger.record("state", order["id"], at=now, state=shown)

    def _check(self, asked: dict[str, Any]) -> None:
        recipient, items = asked.get("recipient") or {}, asked.get("items") or []
        missing = {f"recipient__{name}": ["is required"] for name in _NEEDED if not recipient.get(name)}
        if missing or not asked.get("external_id") or not 1 <= len(items) <= MOST_ITEMS:
            raise Refused(422, "The order is not complete.", **missing)
        if len(recipient["address1"]) > LONGEST_STREET or len(recipient["country_code"]) != 2:
            raise Refused(422, "The address cannot be used.", recipient__address1=["is too long"])
        self._check_items(items)
        if any(order["external_id"] == asked["external_id"] for order in self.held):
            raise Refused(409, "An order with this external_id exists.")

    def _check_items(self, items: list[dict[str, Any]]) -> None:
        for place, item in enumerate(items):
            if item.get("sku") not in PRICES or item["sku"] == self._options.refused_sku:
                raise Refused(422, "A product cannot be made.", **{f"items__{place}__sku": ["cannot be made"]})
