"""The three axes of an order, and whether vendors were told of it, as chips."""

from dataclasses import replace

from backoffice.states import Chip, Tone
from backoffice.translatable import gettext as _
from orders.models import ExportState, HoldReason, Order, OrderExport, OrderState, ProductionState, ShipmentState


def axes(order: Order, *, reasons: list[str] | None = None) -> list[Chip]:
    """Order, production, shipment; `reasons` are those of the active holds, or of the open alarms of one that ended."""
    return [
        _order_chip(order, reasons or []),
        ProductionState(order.production).chip(),
        ShipmentState(order.shipment).chip(),
    ]


def told(export: OrderExport) -> Chip:
    """Whether a vendor was told; a person who set it aside is named."""
    state = ExportState(export.state)
    if export.excluded_by and state == ExportState.SKIPPED:
        return Chip(state.tone, "do_not_disturb_on", _("set aside"), export.excluded_by)
    if export.corrected and state == ExportState.WAITING:
        return replace(state.chip(), word=_("correction waits"))
    return state.chip()


def _order_chip(order: Order, reasons: list[str]) -> Chip:
    chip = OrderState(order.state).chip()
    if not reasons or not (order.state == OrderState.HELD or order.has_ended):
        return chip
    hint = ", ".join(str(HoldReason(reason).label) for reason in reasons)
    alarming = order.has_ended or any(HoldReason(reason).is_alarming for reason in reasons)
    icon = "notification_important" if order.has_ended else chip.icon
    return Chip(Tone.RED if alarming else chip.tone, icon, chip.word, hint)
