"""Conversions: sales reported by the merchant; each `orderId` counts once, one without it counts each time."""

import json
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.lettrlabs.envelope import Refused, answered
from backoffice.sandbox.lettrlabs.store import Store
from backoffice.sandbox.wire import Request, Response

IDENTIFIERS = (
    "firstName", "lastName", "fullName", "businessName", "primaryAddress", "secondaryAddress", "primaryPhoneNumber",
    "secondaryPhoneNumber", "primaryEmail", "secondaryEmail", "couponCode",
)  # fmt: skip
LIMITS = {"primaryPhoneNumber": 20, "secondaryPhoneNumber": 20}
LONGEST = 255


class Conversions:
    """The routes below `v1/conversions`. Called with the app's lock held; the ledger notes each `conversion`."""

    def __init__(self, *, store: Store, clock: Clock, ledger: Ledger) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger

    def take(self, request: Request, key: int) -> Response:
        """Take the valid rows of an array; report the errors of the rest."""
        try:
            rows = json.loads(request.body)
        except ValueError as error:
            raise Refused(400, "The body is no JSON.") from error
        if not isinstance(rows, list) or not rows:
            raise Refused(400, "The body has to be an array.")
        errors = []
        for place, row in enumerate(rows):
            if fault := _error_of(row):
                errors.append(f"[{place}] {fault}")
                continue
            self._keep(row)
        if len(errors) == len(rows):
            raise Refused(400, " ".join(errors))
        upload: dict[str, Any] = {
            "id": self._store.new_id(),
            "fileName": "api",
            "dataSourceType": "Api",
            "status": "Completed",
            "uploadDate": iso(self._clock.now()),
        }
        self._store.uploads[upload["id"]] = upload
        return answered(upload, errors=errors)

    def list(self, request: Request, key: int) -> Response:
        """List all uploads."""
        return answered(list(self._store.uploads.values()))

    def status(self, request: Request, key: int) -> Response:
        """Return how far an upload is."""
        if key not in self._store.uploads:
            raise Refused(404, "Not found.")
        return answered(self._store.uploads[key])

    def delete(self, request: Request, key: int) -> Response:
        """Forget an upload."""
        if self._store.uploads.pop(key, None) is None:
            raise Refused(404, "Not found.")
        return answered({"id": key})

    def _keep(self, row: dict[str, Any]) -> None:
        name = row.get("orderId") or f"#{self._store.new_id()}"
        if name in self._store.conversions:
            return
        self._store.conversions[name] = {**row, "orderId": row.get("orderId", "")}
        self._ledger.note("conversion", at=iso(self._clock.now()), order_id=name, revenue=str(row["revenue"]))


def _error_of(row: Any) -> str:
    if not isinstance(row, dict):
        return "has to be an object"
    revenue = row.get("revenue")
    if isinstance(revenue, bool) or not isinstance(revenue, int | float) or revenue < 0:
        return "revenue has to be a number of 0 or more"
    if not any(row.get(name) for name in IDENTIFIERS):
        return "at least one identifier is required"
    too_long = [name for name, text in row.items() if isinstance(text, str) and len(text) > LIMITS.get(name, LONGEST)]
    return f"{too_long[0]} is too long" if too_long else ""
