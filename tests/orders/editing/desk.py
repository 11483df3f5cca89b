"""Orders that are edited, with things of the catalogue of `tests.api.storefront`."""

from decimal import Decimal
from typing import Any

from backoffice.api.validation import read_struct
from orders.models import Order
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order
from tests.api.storefront import CARD
from tests.orders.rows import FILE, make_order

CARD_LINE = {"sku": CARD, "quantity": 100, "unit_price": "1.29", "files": [FILE]}


def edited_order(*lines: dict[str, Any], **changes: Any) -> Order:
    """Make an order of a hundred cards a line, whose total is that of its lines."""
    rows = [{"sku": CARD, "quantity": 100, "unit_cost": Decimal("0.7")} | line for line in lines or ({},)]
    order = make_order(*rows, **changes)
    order.total = sum((line.unit_price * line.quantity for line in order.lines.all()), Decimal(0))
    order.save()
    return order


def changes_of(**given: Any) -> OrderChanges:
    return read_struct(given, OrderChanges)


def change(order: Order, **given: Any) -> Order:
    """Edit the order as mara."""
    return edit_order(order, changes_of(**given), actor="mara")
