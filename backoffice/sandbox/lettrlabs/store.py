"""What the replayed LettrLabs holds: orders with recipients, conversions and the prepaid balance."""

import itertools
from decimal import Decimal
from typing import Any

TEMPLATES = ((12345, "Thank you, handwritten"), (12346, "We miss you"), (12347, "Holiday card, printed"))
EDITABLE = ("Draft", "Edits Needed")


class Store:
    """Orders by id, each a plain dict; ids ascend through all kinds of things."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.conversions: dict[str, dict[str, Any]] = {}
        self.uploads: dict[int, dict[str, Any]] = {}
        self.spent = Decimal()
        self._ids = itertools.count(880001)

    def new_id(self) -> int:
        """Return a number that nothing else has."""
        return next(self._ids)

    def saved(self) -> dict[str, Any]:
        """Return all of it as JSON."""
        return {
            "orders": list(self.orders.values()),
            "conversions": list(self.conversions.values()),
            "uploads": list(self.uploads.values()),
            "spent": str(self.spent),
            "next": self.new_id(),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        if not saved:
            return
        self.orders = {order["id"]: order for order in saved["orders"]}
        self.conversions = {row["orderId"] or f"#{n}": row for n, row in enumerate(saved["conversions"])}
        self.uploads = {upload["id"]: upload for upload in saved["uploads"]}
        self.spent = Decimal(saved["spent"])
        self._ids = itertools.count(saved["next"])
