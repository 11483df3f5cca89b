"""The three axes of an order, and what its vendors hold, as chips."""

from collections.abc import Mapping
from typing import Any

from backoffice.admin.chips import Chip, Tone
from orders.models import (
    HoldReason,
    Order,
    OrderState,
    ProductionState,
    ShipmentState,
    VendorOrder,
)
from orders.models import VendorOrderState as Held

ORDER = {
    OrderState.NEW: (Tone.GREY, "inbox"),
    OrderState.HELD: (Tone.AMBER, "front_hand"),
    OrderState.RELEASED: (Tone.BLUE, "send"),
    OrderState.CANCELLED: (Tone.GREY, "cancel"),
    OrderState.CLOSED: (Tone.GREEN, "task_alt"),
}
PRODUCTION = {
    ProductionState.NONE: (Tone.GREY, "hourglass_empty"),
    ProductionState.SENT: (Tone.BLUE, "outbox"),
    ProductionState.IN_PRODUCTION: (Tone.BLUE, "precision_manufacturing"),
    ProductionState.DONE: (Tone.GREEN, "check_circle"),
    ProductionState.FAILED: (Tone.RED, "error"),
}
SHIPMENT = {
    ShipmentState.NONE: (Tone.GREY, "package_2"),
    ShipmentState.PARTIAL: (Tone.BLUE, "stacks"),
    ShipmentState.SHIPPED: (Tone.BLUE, "local_shipping"),
    ShipmentState.DELIVERED: (Tone.GREEN, "where_to_vote"),
}
AT_VENDOR = {
    Held.PLANNED: (Tone.GREY, "hourglass_empty"),
    Held.DRAFT: (Tone.GREY, "edit_note"),
    Held.SUBMITTED: (Tone.BLUE, "outbox"),
    Held.CHECKED: (Tone.BLUE, "fact_check"),
    Held.IN_PRODUCTION: (Tone.BLUE, "precision_manufacturing"),
    Held.DONE: (Tone.GREEN, "check_circle"),
    Held.CANCELLED: (Tone.GREY, "cancel"),
    Held.REFUSED: (Tone.RED, "block"),
    Held.UNKNOWN: (Tone.AMBER, "help"),
}
# Held for these, the order is not merely waiting: something went wrong that only a person can mend.
ALARMING = {
    HoldReason.VENDOR_REFUSED,
    HoldReason.VENDOR_CANCELLED,
    HoldReason.DIFFERS_AT_VENDOR,
    HoldReason.SECOND_AT_VENDOR,
}


def axes(order: Order, *, reasons: list[str] | None = None) -> list[Chip]:
    """Order, production, shipment; `reasons` are those of the active holds, or of the open alarms of one that ended."""
    return [
        _order_chip(order, reasons or []),
        _chip(PRODUCTION, ProductionState(order.production)),
        _chip(SHIPMENT, ShipmentState(order.shipment)),
    ]


def at_vendor(vendor_order: VendorOrder) -> Chip:
    return _chip(AT_VENDOR, Held(vendor_order.state))


def _order_chip(order: Order, reasons: list[str]) -> Chip:
    chip = _chip(ORDER, OrderState(order.state))
    if not reasons or not (order.state == OrderState.HELD or order.has_ended):
        return chip
    hint = ", ".join(str(HoldReason(reason).label) for reason in reasons)
    alarming = order.has_ended or any(reason in ALARMING for reason in reasons)
    icon = "notification_important" if order.has_ended else chip.icon
    return Chip(Tone.RED if alarming else chip.tone, icon, chip.word, hint)


def _chip(table: Mapping[Any, tuple[Tone, str]], state: OrderState | ProductionState | ShipmentState | Held) -> Chip:
    tone, icon = table[state]
    return Chip(tone, icon, state.label)
