"""The shop's products and their variations: lists, and batches that set stock.

As in the plug-in: a batch has a limit for all that is in it (413), a part that fails does so for itself, and a stock is
counted only where the shop counts at all and the product does (`manage_stock`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from backoffice.sandbox.wire import Request, Response, json_response
from backoffice.sandbox.woocommerce.options import WooCommerceOptions

Row = dict[str, Any]
_NO_PRODUCT = {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 400}}


class Products:
    """What can be bought. `note` is called with each product that was given a stock."""

    def __init__(self, *, options: WooCommerceOptions, note: Callable[[int, Any], None]) -> None:
        self._options, self._note = options, note
        # Of variable ones `variations` are products of their own, kept by their parent.
        self.rows: dict[int, Row] = {}
        self.variations: dict[int, dict[int, Row]] = {}

    def add(self, key: int, **fields: Any) -> Row:
        """Put a product on sale, or with `parent` a variation of one."""
        parent = fields.pop("parent", None)
        row: Row = {"id": key, "name": f"Product {key}", "type": "simple", "sku": "", "attributes": []}
        row |= {"manage_stock": False, "stock_quantity": None, "stock_status": "instock"} | fields
        (self.rows if parent is None else self.variations.setdefault(parent, {}))[key] = row
        return row

    def sell(self, product_id: int, variation_id: int, quantity: int) -> None:
        """Take the pieces of a paid order out of a stock that is counted."""
        row = self.variations.get(product_id, {}).get(variation_id) or self.rows.get(product_id)
        if row is not None and row["manage_stock"] and row["stock_quantity"] is not None:
            row["stock_quantity"] -= quantity

    def route(self, request: Request, parts: list[str]) -> Response | None:
        """Answer what stands behind `products/`; None for what there is not. Raise KeyError for no such product."""
        match request.method, *parts:
            case ("GET",):
                return json_response(200, _page(self.rows, request.query))
            case "POST", "batch":
                return self._batch(self.rows, request.json())
            case "GET", key, "variations":
                _ = self.rows[int(key)]
                return json_response(200, _page(self.variations.get(int(key), {}), request.query))
            case "POST", key, "variations", "batch":
                return self._batch(self.variations.get(int(key), {}), request.json())
        return None

    def _batch(self, rows: dict[int, Row], given: Row) -> Response:
        updates = given.get("update", [])
        if len(updates) > self._options.batch_limit:
            text = f"Unable to accept more than {self._options.batch_limit} items for this request."
            code = "woocommerce_rest_request_entity_too_large"
            return json_response(413, {"code": code, "message": text, "data": {"status": 413}})
        return json_response(200, {"update": [self._update(rows, one) for one in updates]} if updates else [])

    def _update(self, rows: dict[int, Row], given: Row) -> Row:
        row = rows.get(given["id"])
        if row is None:
            return {"id": given["id"], "error": _NO_PRODUCT}
        if not self._options.counts_stock:
            row["stock_status"] = given.get("stock_status", row["stock_status"])
            return row
        row["manage_stock"] = given.get("manage_stock", row["manage_stock"])
        if row["manage_stock"]:
            row["stock_quantity"] = given.get("stock_quantity", row["stock_quantity"])
            row["stock_status"] = "instock" if (row["stock_quantity"] or 0) > 0 else "outofstock"
        else:
            row["stock_quantity"], row["stock_status"] = None, given.get("stock_status", row["stock_status"])
        self._note(row["id"], row["stock_quantity"])
        return row


def _page(rows: dict[int, Row], query: Mapping[str, str]) -> list[Row]:
    size = min(int(query.get("per_page", 10)), 100)
    start = (int(query.get("page", 1)) - 1) * size
    return [rows[key] for key in sorted(rows)][start : start + size]
