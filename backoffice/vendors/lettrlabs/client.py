"""LettrLabs' API in LettrLabs' words: one method per route.

https://docs.lettrlabs.com/ - all paths below `LETTRLABS_URL`, JSON both ways, the key in `X-API-KEY`. 400 is a wrong
value or a status that does not allow it, 401 the key, 404 an unknown or deleted order (assumed). No rate limit is
documented. Every method raises VendorError.
"""

from typing import Any

from backoffice.vendors.auth import FixedHeader
from backoffice.vendors.base import Connection
from backoffice.vendors.bodies import encode
from backoffice.vendors.errors import VendorAmbiguous, VendorRejected
from backoffice.vendors.lettrlabs import schemas
from backoffice.vendors.lettrlabs.envelope import VENDOR, convert, open_envelope, with_own_text
from backoffice.vendors.responses import Response
from backoffice.vendors.session import Pace, VendorSession

MAX_PROOF = 25 * 1024 * 1024  # bytes of the PDF; base64 takes a third more
Params = dict[str, str]


class LettrLabsClient:
    """Speaks with LettrLabs under one key. Ids in paths are numbers."""

    def __init__(self, connection: Connection, *, settings: Any, pace: Pace | None = None) -> None:
        auth = FixedHeader(settings.LETTRLABS_URL, name="X-API-KEY", value=settings.LETTRLABS_API_KEY)
        self.session = VendorSession(
            VENDOR, base_url=settings.LETTRLABS_URL, connection=connection, auth=auth, pace=pace
        )

    def me(self) -> Any:
        """GET v1/me: who the key belongs to."""
        return self._read("v1/me")

    def templates(self) -> Any:
        """GET v1/templates: known from the MCP repository; the document says that it does not exist (404, 405)."""
        return self._read("v1/templates")

    def create_order(self, body: dict[str, Any]) -> schemas.Created:
        """POST v1/order: a Draft. Each request makes another one; none carries a reference of ours."""
        created = convert(self._write("POST", "v1/order", body), schemas.Created, write=True)
        if (created.orderId or created.id) is None:
            raise VendorAmbiguous("LettrLabs made an order and did not say which.")
        return created

    def orders(self, params: Params) -> list[schemas.CardOrderSchema]:
        """GET v1/order: `id` (comma list), `status`, `showRecipients`, `pageNumber` from 0, `pageSize` at most 500."""
        return convert(_orders(self._read("v1/order", params)), list[schemas.CardOrderSchema], write=False)

    def delete_order(self, order_id: str) -> None:
        """DELETE v1/order/{id}: Draft and Edits Needed only, else 400 ORDER_NOT_DELETABLE_STATUS."""
        self._write("DELETE", _order(order_id), None)

    def add_recipients(self, order_id: str, body: dict[str, Any] | list[Any]) -> schemas.Attached:
        """PUT v1/order/{id}/recipients: appends at most 1,000, in an object or, as the page shows it, as a bare array.
        Draft and Edits Needed only, else 400.

        Incomplete addresses are left out of a 2xx. `…/recipients:append` is another name of the same.
        """
        payload = self._write("PUT", f"{_order(order_id)}/recipients", body)
        return convert({} if payload is None else payload, schemas.Attached, write=True)

    def recipients(self, order_id: str, params: Params) -> Any:
        """GET v1/order/{id}/recipients: `query`, `pageNumber` from 0, `pageSize` at most 500."""
        return self._read(f"{_order(order_id)}/recipients", params)

    def remove_recipients(self, order_id: str, body: dict[str, Any]) -> None:
        """DELETE v1/order/{id}/recipients: by the vendor's ids; Draft and Edits Needed only."""
        self._write("DELETE", f"{_order(order_id)}/recipients", body)

    def delivery_status(self, order_id: str) -> Any:
        """GET v1/order/{id}/recipient-delivery-status: one entry per recipient."""
        return self._read(f"{_order(order_id)}/recipient-delivery-status")

    def proof(self, order_id: str) -> Response:
        """GET v1/order/{id}/proof: a PDF, in one of several wrappings."""
        path = f"{_order(order_id)}/proof"
        return self._sent("GET", path, accept="application/json, application/pdf", max_bytes=MAX_PROOF * 2)

    def price(self, order_id: str, params: Params) -> schemas.PreviewSchema:
        """GET v1/order/{id}/checkout: what a checkout would cost; nothing is charged."""
        return convert(self._read(f"{_order(order_id)}/checkout", params), schemas.PreviewSchema, write=False)

    def check_out(self, order_id: str, body: dict[str, Any] | None) -> schemas.CheckoutSchema:
        """POST v1/order/{id}/checkout: costs money and cannot be undone. Settled after the answer; 400 meanwhile. The
        page sends no body.
        """
        payload = self._write("POST", f"{_order(order_id)}/checkout", body)
        return convert({} if payload is None else payload, schemas.CheckoutSchema, write=True)

    def analytics(self, order_ids: str) -> list[schemas.Analytics]:
        """GET v1/order/analytics: `Id` with a capital letter, a comma list."""
        payload = self._read("v1/order/analytics", {"Id": order_ids})
        return convert(_orders(payload), list[schemas.Analytics], write=False)

    def transactions(self, order_ids: str) -> list[schemas.Transaction]:
        """GET v1/order/transaction: `Id` as for the analytics."""
        payload = self._read("v1/order/transaction", {"Id": order_ids})
        return convert(_orders(payload), list[schemas.Transaction], write=False)

    def recipient_statistics(self, body: dict[str, Any]) -> Any:
        """POST v1/order-recipients-statistics: QR scans. A question, though it is a POST."""
        return self._write("POST", "v1/order-recipients-statistics", body, is_harmless=True)

    def report_conversions(self, rows: list[dict[str, Any]]) -> Any:
        """POST v1/conversions: an array; each `orderId` counts once. Valid rows are taken even when others fail."""
        answer = self._sent("POST", "v1/conversions", body=encode(rows))
        return open_envelope(answer, write=True, repeatable=True) if answer.body.strip() else None

    def conversion_status(self, upload_id: str) -> Any:
        """GET v1/conversions/{id}/status"""
        return self._read(f"v1/conversions/{int(upload_id)}/status")

    def _read(self, path: str, params: Params | None = None) -> Any:
        return open_envelope(self._sent("GET", path, params=params), write=False)

    def _write(self, method: str, path: str, body: Any, *, is_harmless: bool = False) -> Any:
        """Return the payload; a 2xx without any body has none, which only deleting is known to do."""
        answer = self._sent(method, path, body=None if body is None else encode(body), is_harmless=is_harmless)
        if method == "DELETE" and not answer.body.strip():
            return None
        return open_envelope(answer, write=True)

    def _sent(self, method: str, path: str, **request: Any) -> Response:
        try:
            return self.session.request(method, path, **request)
        except VendorRejected as error:
            raise with_own_text(error, excerpt=error.excerpt) from error


def _order(order_id: str) -> str:
    return f"v1/order/{int(order_id)}"


def _orders(payload: Any) -> Any:
    """Return the list in an answer; none where there is nothing to list."""
    rows = payload.get("orders") if isinstance(payload, dict) else payload
    return [] if rows is None else rows
