"""The three statuses of an order, as chips."""

from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderState, ProductionState, ShipmentState


def status_chips(order: Order, *, reasons: list[str], on_backorder: bool = False) -> list[Chip]:
    """Return that it is a test, order, production, shipment, and backorder; `reasons` are those of active holds, or of
    open alarms of an ended one.
    """
    own = _order_chip(order, reasons)
    backorder = [Chip(Tone.AMBER, "inventory", _("on backorder"))] if on_backorder else []
    test = [Chip(Tone.AMBER, "science", _("Test"), _("nothing is produced"))] if order.is_test else []
    return [*test, own, ProductionState(order.production).chip(), ShipmentState(order.shipment).chip(), *backorder]


def _order_chip(order: Order, reasons: list[str]) -> Chip:
    chip = OrderState(order.state).chip()
    if not reasons or not (order.state == OrderState.HELD or order.has_ended):
        return chip
    hint = ", ".join(str(HoldReason(reason).label) for reason in reasons)
    alarming = order.has_ended or any(HoldReason(reason).is_alarming for reason in reasons)
    icon = "notification_important" if order.has_ended else chip.icon
    return Chip(Tone.RED if alarming else chip.tone, icon, chip.word, hint)
