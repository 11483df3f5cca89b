"""The production orders mypromo holds: what one fulfiller has to make of a merchant's order.

A production order is one dict: the fields of its answer, and besides `client` (the fulfiller's account), `items`, files
with `code` (of a label's link), `source` and `auth` (the merchant's address) and `used_by` (a shipment), and `next`.
"""

import secrets
from typing import Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.catalog_words import FULFILLERS
from backoffice.sandbox.mypromo.order_store import Order, OrderStore
from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.options import Client, Options
from backoffice.sandbox.wire import message

ProductionOrder = dict[str, Any]

_SINCE = "2025-11-11T15:42:36.000000Z"  # when contracts began
_FROM_ORDER = (
    "reference", "reference2", "complaint", "express_production", "express_shipping", "shipping_earliest",
    "shipping_latest", "shipping_late", "comment", "custom_properties", "shipper", "recipient", "export",
)  # fmt: skip
_FROM_ITEM = ("reference", "quantity", "sku", "type", "shipping_earliest", "shipping_latest", "custom_properties")


class ProductionStore:
    """Production orders by id. Whoever reads or changes one holds the lock of the order store."""

    def __init__(self, *, options: Options, store: OrderStore, catalogue: Catalogue) -> None:
        self._options = options
        self._store = store
        self._catalogue = catalogue
        self.held: dict[int, ProductionOrder] = {}

    def find(self, key: int, *, client: str) -> ProductionOrder:
        """Return a production order of this account. Raises Refusal with 404."""
        order = self.held.get(key)
        if order is None or order["client"] != client:
            raise Refusal(message(404, "Not found."))
        return order

    def has_design(self, design: int, *, client: str) -> bool:
        """Return whether an account makes something of a design."""
        items = (i for order in list(self.held.values()) if order["client"] == client for i in order["items"])
        return any(d["id"] == design for item in items for d in item["designs"])

    def of_order(self, key: int) -> list[ProductionOrder]:
        """Return the production orders made of a merchant's order."""
        return [order for order in self.held.values() if order["order_id"] == key]

    def split(self, order: Order) -> list[ProductionOrder]:
        """Hold one new production order for each fulfiller with an account; items of others stay with nobody."""
        shares: dict[str, list[tuple[Order, Variant]]] = {}
        for item in order["items"]:
            variant = self._catalogue.find(item["sku"])
            account = self._maker(variant) if variant else None
            if variant and account:
                shares.setdefault(account.client_id, []).append((item, variant))
        accounts = {client.client_id: client for client in self._options.clients}
        return [self._add(order, accounts[name], share) for name, share in shares.items()]

    def move(self, order: ProductionOrder, status: str) -> None:
        """Give a production order and its open items another state and write it to the ledger."""
        order["status"] = status
        order["updated_at"] = iso(self._store.now())
        for item in order["items"]:
            if item["status"] != "FINISHED":
                item["status"] = status
        data = {"production_order": order["id"], "order_id": order["order_id"], "client": order["client"]}
        self._store.ledger.note("production_order", at=order["updated_at"], status=status, **data)

    def _maker(self, variant: Variant) -> Client | None:
        making = [f for f in variant.fulfillers if variant.contract_of(f) == "accepted"]
        return next((c for c in self._options.clients if making and c.fulfiller == making[0]), None)

    def _add(self, order: Order, account: Client, share: list[tuple[Order, Variant]]) -> ProductionOrder:
        now = iso(self._store.now())
        held: ProductionOrder = {
            "id": self._store.next_id("production_order"),
            "client": account.client_id,
            "order_id": order["id"],
            **{name: order[name] for name in _FROM_ORDER},
            "status": "PENDING",
            "generic_label": order["generic_label"] is not None,
            "clients": [_merchant(order["client"]), _fulfiller(account.fulfiller)],
            "items": [self._item(item, variant) for item, variant in share],
            "histories": [],
            "files": self._documents(order),
            "shipments": [],
            "created_at": now,
            "updated_at": now,
            "next": None,
        }
        self.held[held["id"]] = held
        self.move(held, "PENDING")
        return held

    def _item(self, item: Order, variant: Variant) -> dict[str, Any]:
        files = [{name: f[name] for name in ("id", "type", "auth")} | {"source": f["url"]} for f in item["files"]]
        # each design becomes a print file
        files += [
            {"id": self._store.next_id("file"), "type": None, "auth": None, "source": ""} for _ in item["designs"]
        ]
        return {
            "id": self._store.next_id("production_item"),
            "order_item_id": item["id"],
            **{name: item[name] for name in _FROM_ITEM},
            "shipping_late": bool(item["shipping_late"]),
            "sku_fulfiller": variant.sku_fulfiller,
            "name": variant.name_de,
            "status": "PENDING",
            "configuration": [
                {"key": "color", "value": variant.colour[1]},
                {"key": "material", "value": variant.kind.material},
                {"key": "printing_method", "value": variant.kind.method},
            ],
            "files": files,
            "designs": [{name: d[name] for name in ("id", "editor_start_url")} for d in item["designs"]],
            "customs": item["customs"],
        }

    def _documents(self, order: Order) -> list[dict[str, Any]]:
        files = [
            document(
                f["id"],
                kind=f["type"],
                status="PENDING" if f["type"] == "label" else "DOWNLOADED",
                carrier=f["carrier"].lower() if f["carrier"] else None,
                tracking_code=f["tracking_code"],
                source=f["url"],
                auth=f["auth"],
            )
            for f in order["files"]
        ]
        if generic := order["generic_label"]:
            key = self._store.next_id("file")
            data = {"source": generic["url"], "auth": generic.get("auth")}
            files.append(document(key, kind="labelGeneric", status="PENDING", **data))
        return files


def document(
    key: int,
    *,
    kind: str,
    status: str,
    source: str,
    auth: dict[str, Any] | None,
    carrier: str | None = None,
    tracking_code: str | None = None,
) -> dict[str, Any]:
    """Return a delivery slip or label; labels get a short link of their own."""
    return {
        "id": key,
        "type": kind,
        "carrier": carrier,
        "tracking_code": tracking_code,
        "status": status,
        "code": None if kind == "deliverySlip" else secrets.token_hex(3),
        "source": source,
        "auth": auth,
        "used_by": None,
    }


def _merchant(client: str) -> dict[str, Any]:
    number = int(client) if client.isdecimal() else 0
    data = {"id": number, "type": "merchant", "name": f"Merchant {client}", "contract_id": f"M{number:03d}"}
    return {**data, "created_at": _SINCE, "updated_at": _SINCE}


def _fulfiller(number: int) -> dict[str, Any]:
    name = FULFILLERS[number - 1][1]
    data = {"id": number, "type": "fulfiller", "name": name, "contract_id": f"F{number:03d}"}
    return {**data, "created_at": _SINCE, "updated_at": _SINCE}
