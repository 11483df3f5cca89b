"""Production orders, labels and parcels in one chip each."""

from backoffice.engine.admin.push_list import push_chip
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from fulfillment.models import (
    DispatchState,
    Label,
    LabelState,
    ParcelState,
    ProductionOrder,
    ProductionOrderState,
    ProductionShipment,
)


def statuses(order: ProductionOrder) -> list[Chip]:
    """Return production and shipment, then the marks."""
    return [
        ProductionOrderState(order.state).chip(order.raw_state),
        DispatchState(order.dispatch).chip(),
        *marks(order),
    ]


def marks(order: ProductionOrder) -> list[Chip]:
    """Return late, express and complaint: what is handled before other orders, or otherwise."""
    found = []
    if order.is_late:
        found.append(Chip(Tone.RED, "schedule", _("late")))
    if order.is_express:
        found.append(Chip(Tone.AMBER, "bolt", _("express"), hint=_express(order)))
    if order.complaint:
        found.append(Chip(Tone.AMBER, "undo", _("complaint")))
    return found


def label_chip(label: Label, *, push: Push | None = None) -> Chip:
    """Return the label's state, or that of its push while its outcome is unknown."""
    if push is not None and push.state == PushState.UNKNOWN:
        return push_chip(push)
    return LabelState(label.state).chip(label.raw_state)


def parcel_chip(parcel: ProductionShipment) -> Chip:
    if parcel.delivered:
        return Chip(Tone.GREEN, "where_to_vote", _("delivered"), hint=parcel.raw_state)
    return ParcelState(parcel.state).chip(parcel.raw_state)


def _express(order: ProductionOrder) -> str:
    if order.express_production and order.express_shipping:
        return _("express production and express shipping")
    return _("express production") if order.express_production else _("express shipping")
