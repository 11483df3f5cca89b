"""The three statuses of an order, as chips."""

from backoffice.states import Chip, Tone
from orders.models import HoldReason, Order, OrderState, ProductionState, ShipmentState


def status_chips(order: Order, *, reasons: list[str]) -> list[Chip]:
    """Return order, production, shipment; `reasons` are those of active holds, or of open alarms of an ended one."""
    own = _order_chip(order, reasons)
    return [own, ProductionState(order.production).chip(), ShipmentState(order.shipment).chip()]


def _order_chip(order: Order, reasons: list[str]) -> Chip:
    chip = OrderState(order.state).chip()
    if not reasons or not (order.state == OrderState.HELD or order.has_ended):
        return chip
    hint = ", ".join(str(HoldReason(reason).label) for reason in reasons)
    alarming = order.has_ended or any(HoldReason(reason).is_alarming for reason in reasons)
    icon = "notification_important" if order.has_ended else chip.icon
    return Chip(Tone.RED if alarming else chip.tone, icon, chip.word, hint)
