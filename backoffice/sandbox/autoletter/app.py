"""AutoLetter as the server sees it."""

import json
from collections import Counter, deque
from typing import Any

from backoffice.sandbox.autoletter.checking import find_faults
from backoffice.sandbox.autoletter.options import AutoletterOptions
from backoffice.sandbox.clock import iso
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import Request, Response, json_response, message

DUPLICATE = "An order with this OrderId already exists."


class AutoletterApp(VendorApp):
    """One AutoLetter with everything it holds: the orders by their id.

    Each order that is new may be printed and posted by a campaign at once: the ledger notes it as `letter` (order_id,
    number, shop); an updated one as `update`. Control: GET `orders` and `letters`.
    """

    name = "autoletter"
    options: AutoletterOptions
    options_type = AutoletterOptions

    def __init__(self, **kept: Any) -> None:
        super().__init__(**kept)
        self.orders: dict[str, dict[str, Any]] = {}
        self._recent: deque[float] = deque()

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Name its one address, and the token."""
        options = AutoletterOptions()
        return {"AUTOLETTER_URL": url + options.path, "AUTOLETTER_TOKEN": options.token}

    def handle(self, request: Request) -> Response:
        """Take orders."""
        if request.path != self.options.path:
            return message(404, "Not found.")
        if request.method != "POST":
            return message(405, "Method not allowed.")
        if request.headers.get("Authorization") != f"Bearer {self.options.token}":
            return message(401, "Invalid token.")
        with self.lock:
            if not self._is_in_time():
                headers = {"Retry-After": "2"} if self.options.retry_after else {}
                return message(429, "Too many requests.", headers=headers)
            return self._take(request)

    def letters(self) -> Counter[str]:
        """Return by OrderId how often an order may have set off a letter: more than once is a letter too many."""
        return Counter(event["order_id"] for event in self.ledger.of_kind("letter"))

    def control(self, request: Request) -> Any:
        """Show what is held beside what every vendor shows."""
        match request.method, request.path:
            case "GET", "orders":
                with self.lock:
                    return list(self.orders.values())
            case "GET", "letters":
                return dict(self.letters())
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return the orders."""
        return {"orders": self.orders}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over the orders of an earlier run."""
        self.orders = saved.get("orders", {})

    def _is_in_time(self) -> bool:
        if not self.options.rate_limit:
            return True
        now = self.clock.seconds()
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if len(self._recent) >= self.options.rate_limit:
            return False
        self._recent.append(now)
        return True

    def _take(self, request: Request) -> Response:
        try:
            orders, may_update = _read(request)
        except ValueError as error:
            return message(400, str(error))
        if self.options.batch_limit and len(orders) > self.options.batch_limit:
            return message(413, f"At most {self.options.batch_limit} orders.")
        if self.options.crash_on and self.options.crash_on in [o.get("OrderNumber") for o in orders]:
            return message(500, "Internal error.")
        return self._answer(orders, self._store(orders, may_update=may_update))

    def _store(self, orders: list[Any], *, may_update: bool) -> list[list[str]]:
        """Keep what is right; return the faults of each."""
        faults = [find_faults(order, needs_house_number=self.options.needs_house_number) for order in orders]
        seen: set[str] = set()
        for order, found in zip(orders, faults, strict=True):
            if not found and ((order["OrderId"] in self.orders and not may_update) or order["OrderId"] in seen):
                found.append(DUPLICATE)
            if not found:
                seen.add(order["OrderId"])
        if any(faults) and self.options.refusal == "whole":
            return faults
        for order, found in zip(orders, faults, strict=True):
            if not found:
                self._keep(order)
        return faults

    def _keep(self, order: dict[str, Any]) -> None:
        kind = "update" if order["OrderId"] in self.orders else "letter"
        self.orders[order["OrderId"]] = order
        data = {"order_id": order["OrderId"], "number": order["OrderNumber"], "shop": order.get("ShopId", "")}
        self.ledger.note(kind, at=iso(self.clock.now()), **data)

    def _answer(self, orders: list[Any], faults: list[list[str]]) -> Response:
        refused = sum(1 for found in faults if found)
        if not refused:
            return self._all_well(len(orders))
        if refused < len(orders) and self.options.refusal == "each":
            status = self.options.mixed_status
        elif all(found in ([DUPLICATE], []) for found in faults):
            status = self.options.duplicate_status
        else:
            status = self.options.invalid_status
        return json_response(status, self._errors(orders, faults))

    def _all_well(self, count: int) -> Response:
        match self.options.ok_body:
            case "empty":
                return Response(201)
            case "text":
                return Response(200, b"OK", {"Content-Type": "text/plain"})
        return json_response(201, {"success": True, "imported": count})

    def _errors(self, orders: list[Any], faults: list[list[str]]) -> Any:
        bad = [(order, found) for order, found in zip(orders, faults, strict=True) if found]
        messages = [{"OrderId": _id(order), "message": " ".join(found)} for order, found in bad]
        match self.options.errors:
            case "object":
                return {"message": "Some orders are invalid.", "errors": {_id(order): found for order, found in bad}}
            case "orders":
                word = "created" if self.options.refusal == "each" else "not processed"
                pairs = zip(orders, faults, strict=True)
                return {
                    "orders": [
                        {"orderId": _id(order), "status": "error" if found else word, "error": " ".join(found)}
                        for order, found in pairs
                    ]
                }
            case "first":
                return {"message": "The request is invalid.", "errors": messages[:1]}
            case "text":
                return {"message": messages[0]["message"]}
            case "counts":
                return {"created": len(orders) - len(bad), "rejected": len(bad)}
        return {"message": "Some orders are invalid.", "errors": messages}


def _read(request: Request) -> tuple[list[Any], bool]:
    """Return the orders, and whether those that exist may be updated. Raises ValueError with the refusal."""
    if (request.headers.get("Content-Type") or "").split(";")[0] != "application/json":
        raise ValueError("The body has to be application/json.")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The body is no JSON.") from error
    may_update = isinstance(body, dict)
    if may_update and (set(body) != {"allowUpdates", "orders"} or body["allowUpdates"] is not True):
        raise ValueError("An object has to hold allowUpdates (true) and orders.")
    orders = body["orders"] if may_update else body
    if not isinstance(orders, list) or not orders:
        raise ValueError("An array of orders is required.")
    return orders, may_update


def _id(order: Any) -> str:
    return str(order.get("OrderId", "")) if isinstance(order, dict) else ""
