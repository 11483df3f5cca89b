"""Orders of cards: drafts, recipients, proof, price, checkout, and how cards fare."""

import base64
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.lettrlabs.envelope import Refused, answered
from backoffice.sandbox.lettrlabs.life import Life
from backoffice.sandbox.lettrlabs.money import line_items, read_checkout, total_of
from backoffice.sandbox.lettrlabs.options import LettrlabsOptions
from backoffice.sandbox.lettrlabs.proofs import render_proof
from backoffice.sandbox.lettrlabs.recipients import (
    BadRecipient,
    flat,
    given_recipients,
    read_recipient,
    spelled,
    why_undeliverable,
)
from backoffice.sandbox.lettrlabs.store import EDITABLE, TEMPLATES, Store
from backoffice.sandbox.wire import Request, Response, json_response

MOST_RECIPIENTS = 1000
LARGEST_PAGE = 500
_COUNTED = {
    "Mailed": "mailed",
    "In Transit": "inTransit",
    "At Local Facility": "localFacility",
    "Delivered": "delivered",
    "Undeliverable": "undeliverable",
    "Waiting on USPS Info": "waitingUSPS",
}


class Cards:
    """The routes below `v1/order`. Called with the app's lock held."""

    def __init__(self, *, store: Store, clock: Clock, options: LettrlabsOptions, life: Life) -> None:
        self._store = store
        self._clock = clock
        self._options = options
        self._life = life

    def create(self, request: Request, key: int) -> Response:
        """Make a draft; each request another one."""
        template = request.json().get("templateId")
        if type(template) is not int or template < 1:
            raise Refused(400, "templateId is required.")
        if template not in dict(TEMPLATES):
            raise Refused(400, f"Template {template} does not exist.")
        order: dict[str, Any] = {
            "id": self._store.new_id(),
            "templateId": template,
            "status": "Draft",
            "createdDate": iso(self._clock.now()),
            "recipients": [],
        }
        self._store.orders[order["id"]] = order
        return answered({"orderId": order["id"], "status": "Draft"})

    def list(self, request: Request, key: int) -> Response:
        """List what was made by this API; deleted ones are not there."""
        orders: Iterable[dict[str, Any]] = self._store.orders.values()
        if requested := request.query.get("id"):
            ids = _ids(requested)
            orders = [order for order in orders if order["id"] in ids]
        if status := request.query.get("status"):
            orders = [order for order in orders if order["status"].lower() == status.lower()]
        shown = [self._shown(order, request) for order in _page(list(orders), request)]
        return answered({"orders": shown})

    def _shown(self, order: dict[str, Any], request: Request) -> dict[str, Any]:
        counts = self._counts(order)
        row: dict[str, Any] = {
            "id": order["id"],
            "status": order["status"],
            "paidDate": order.get("paidDate"),
            "mailedDate": order.get("mailedDate"),
            "holdUntilDate": order.get("holdUntilDate"),
            "postageType": order.get("postageType"),
            "productType": "Card",
            "productionSpeed": order.get("productionSpeed"),
            "handwrittenFont": "Becca",
            "qrCodeUrl": "https://qr.example.com/",
            "deliveredStatus": {
                "mailed": counts["mailed"],
                "inTransit": counts["inTransit"],
                "atLocalFacility": counts["localFacility"],
                "delivered": counts["delivered"],
            },
        }
        if self._options.list_shows_creation:
            row["createdDate"] = order["createdDate"]
        if request.query.get("showRecipients", "").lower() == "true":
            row["recipients"] = [flat(recipient) for recipient in order["recipients"]]
        return row

    def delete(self, request: Request, key: int) -> Response:
        """Delete a draft."""
        order = self._order(key)
        if order["status"] not in EDITABLE:
            text = f"An order with status {order['status']} cannot be deleted."
            raise Refused(400, text, reason="ORDER_NOT_DELETABLE_STATUS")
        del self._store.orders[key]
        return answered({"orderId": key, "status": "Deleted"})

    def append(self, request: Request, key: int) -> Response:
        """Add recipients, or replace those there are; incomplete ones are left out without an HTTP error."""
        order = self._editable(key)
        given = given_recipients(request, shape=self._options.recipients_taken)
        if len(given) > MOST_RECIPIENTS:
            raise Refused(400, f"At most {MOST_RECIPIENTS} recipients are allowed.")
        try:
            read = [read_recipient(value) for value in given]
        except BadRecipient as error:
            raise Refused(400, str(error)) from error
        if self._options.recipients_put == "replace":
            order["recipients"] = []
        refused = []
        for recipient in read:
            reason = why_undeliverable(recipient, bad_zips=self._options.bad_zips)
            if reason:
                refused.append({**recipient["personal"], **recipient["address"], "reason": reason})
                continue
            kept = spelled(recipient) if self._options.spell_addresses else recipient
            order["recipients"].append({"id": self._store.new_id(), **kept})
        accepted = len(read) - len(refused)
        payload: dict[str, Any] = {
            "submittedRecipients": len(read),
            self._options.accepted_name: accepted,
            "deliverable": {"addressValidated": accepted, "addressInvalidated": len(refused)},
            "undeliverable": refused if self._options.name_undeliverable else [],
        }
        return answered(payload)

    def recipients(self, request: Request, key: int) -> Response:
        """List who is in an order."""
        rows = self._order(key)["recipients"]
        if text := request.query.get("query", "").lower():
            rows = [row for row in rows if text in str(row).lower()]
        page = _page(rows, request)
        nested = [{name: row[name] for name in ("id", "address", "personal", "metadata")} for row in page]
        shown = nested if self._options.recipients_shape == "nested" else [flat(row) for row in page]
        return answered({"recipients": shown, "totalCount": len(rows)})

    def remove(self, request: Request, key: int) -> Response:
        """Take recipients out of a draft."""
        order = self._editable(key)
        ids = request.json().get("recipientsIds")
        if not isinstance(ids, list) or not all(type(number) is int for number in ids):
            raise Refused(400, "recipientsIds is required.")
        order["recipients"] = [row for row in order["recipients"] if row["id"] not in ids]
        return answered({"removed": len(ids)})

    def delivery_status(self, request: Request, key: int) -> Response:
        """Return where each card is."""
        rows = self._order(key)["recipients"]
        return answered([{**flat(row), "deliveryStatus": row.get("delivery", "No Tracking Available")} for row in rows])

    def proof(self, request: Request, key: int) -> Response:
        """Render the proof, wrapped as the option says."""
        order = self._order(key)
        content = render_proof(order, template=dict(TEMPLATES)[order["templateId"]])
        if self._options.proof_as == "pdf":
            return Response(200, content, {"Content-Type": "application/pdf"})
        text = base64.b64encode(content).decode()
        if self._options.proof_as == "text":
            return Response(200, text.encode(), {"Content-Type": "text/plain"})
        return json_response(200, text) if self._options.proof_as == "json" else answered(text)

    def preview(self, request: Request, key: int) -> Response:
        """Return what a checkout would cost."""
        order = self._order(key)
        postage, speed = request.query.get("postage", "Standard"), request.query.get("production", "Normal")
        lines = line_items(len(order["recipients"]), postage=postage, speed=speed, options=self._options)
        return answered({"lineItems": lines, "credits": [], "estimatedProductionDate": iso(self._clock.now())})

    def check_out(self, request: Request, key: int) -> Response:
        """Begin to pay; the payment ends later, and the cards are mailed."""
        order = self._editable(key)
        if self._options.checkout_body == "refused":
            if request.body:
                raise Refused(400, "The request has to be empty.")
            body: dict[str, Any] = {"postageType": "Standard", "productionSpeed": "Normal", "autoBill": False}
        else:
            body = request.json()
        postage, speed, auto_bill = read_checkout(body)
        if not order["recipients"]:
            raise Refused(400, "The order has no recipients.")
        if body.get("holdUntilDate") is not None:
            order["holdUntilDate"] = _day(body["holdUntilDate"])
        lines = line_items(len(order["recipients"]), postage=postage, speed=speed, options=self._options)
        order |= {"postageType": postage, "productionSpeed": speed}
        self._life.begin_payment(order, total=total_of(lines), auto_bill=auto_bill)
        return answered(
            {
                "orderId": key,
                "orderStatus": order["status"],
                "pollAfterSeconds": self._options.poll_after_seconds,
                "settlementExpectedWithinSeconds": self._options.settlement_expected_seconds,
            }
        )

    def analytics(self, request: Request, key: int) -> Response:
        """Return how orders fare."""
        return answered({"orders": [self._analysed(order) for order in self._asked(request)]})

    def _analysed(self, order: dict[str, Any]) -> dict[str, Any]:
        scanned = [row for row in order["recipients"] if row.get("scans")]
        return {
            "orderId": order["id"],
            "status": order["status"],
            "orderStatus": order["status"],
            "campaignName": dict(TEMPLATES)[order["templateId"]],
            "product": "Card",
            "productionSpeed": order.get("productionSpeed"),
            "postageType": order.get("postageType"),
            "paidDate": order.get("paidDate"),
            "totalCards": len(order["recipients"]),
            **self._counts(order),
            "minEstimatedDeliveredDate": order.get("mailedDate"),
            "maxEstimatedDeliveredDate": order.get("mailedDate"),
            "qrCode": {
                "totalScans": sum(row["scans"] for row in scanned),
                "lastScan": max((row["lastScan"] for row in scanned), default=None),
                "recipients": [_scanned(row) for row in scanned],
            },
        }

    def transactions(self, request: Request, key: int) -> Response:
        """Return what orders were charged."""
        return answered({"orders": [_transaction(order) for order in self._asked(request) if order.get("paidDate")]})

    def statistics(self, request: Request, key: int) -> Response:
        """Return who scanned their card."""
        ids = set(request.json().get("orderIds") or [])
        rows = [row for order in self._store.orders.values() if order["id"] in ids for row in order["recipients"]]
        return answered({"recipients": [_scanned(row) for row in rows if row.get("scans")]})

    def _asked(self, request: Request) -> Iterable[dict[str, Any]]:
        if not (requested := request.query.get("Id")):
            raise Refused(400, "Id is required.")
        return [order for key in _ids(requested) if (order := self._store.orders.get(key))]

    def _counts(self, order: dict[str, Any]) -> dict[str, int]:
        words = [row.get("delivery") for row in order["recipients"]]
        return {name: words.count(word) for word, name in _COUNTED.items()}

    def _order(self, key: int) -> dict[str, Any]:
        order = self._store.orders.get(key)
        if order is None:
            raise Refused(404, f"Order {key} does not exist.")
        return order

    def _editable(self, key: int) -> dict[str, Any]:
        order = self._order(key)
        if order["status"] not in EDITABLE:
            raise Refused(400, f"Order {key} has an invalid status: {order['status']}.")
        return order


def _transaction(order: dict[str, Any]) -> dict[str, Any]:
    total, volume = Decimal(order["charge"]["total"]), len(order["recipients"])
    return {
        "orderId": order["id"],
        "volume": volume,
        "totalPrice": float(total),
        "costPerPiece": float(total / volume) if volume else 0,
        "isCredit": False,
        "transactionType": "Order",
        "detail": {},
        "discount": {},
        "transactions": [],
    }


def _scanned(row: dict[str, Any]) -> dict[str, Any]:
    names = {name: row["personal"][name] for name in ("firstName", "lastName")}
    return {"id": row["id"], **names, "totalScans": str(row["scans"]), "lastScan": row["lastScan"]}


def _ids(text: str) -> set[int]:
    try:
        return {int(part) for part in text.split(",") if part.strip()}
    except ValueError as error:
        raise Refused(400, "Ids have to be numbers.") from error


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError as error:
        raise Refused(400, "holdUntilDate has to be an ISO date.") from error


def _page(rows: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    try:
        size = min(int(request.query.get("pageSize") or 100), LARGEST_PAGE)
        number = int(request.query.get("pageNumber") or 0)
    except ValueError as error:
        raise Refused(400, "pageNumber and pageSize have to be numbers.") from error
    if size < 1 or number < 0:
        raise Refused(400, "pageNumber begins at 0, pageSize at 1.")
    return rows[number * size : (number + 1) * size]
