"""Production orders, labels and parcels in one chip each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backoffice.admin.chips import Chip, Tone
from backoffice.admin.machine_chips import push_chip
from backoffice.models import Push
from backoffice.models.push import PushState
from fulfillment.models import (
    DispatchState,
    Label,
    LabelState,
    ParcelState,
    ProductionOrder,
    ProductionShipment,
    ProductionState,
)

_PRODUCTION = {
    ProductionState.PENDING: (Tone.GREY, "hourglass_empty"),
    ProductionState.IN_PRODUCTION: (Tone.BLUE, "precision_manufacturing"),
    ProductionState.DONE: (Tone.GREEN, "check_circle"),
    ProductionState.CANCELLED: (Tone.GREY, "cancel"),
    ProductionState.UNKNOWN: (Tone.AMBER, "help"),
}
_DISPATCH = {
    DispatchState.NONE: (Tone.GREY, "package_2"),
    DispatchState.PARTIAL: (Tone.BLUE, "stacks"),
    DispatchState.SHIPPED: (Tone.GREEN, "local_shipping"),
}
_LABELS = {
    LabelState.WAITING: (Tone.GREY, "schedule"),
    LabelState.ASKED: (Tone.BLUE, "sync"),
    LabelState.KEPT: (Tone.GREEN, "check_circle"),
    LabelState.LOST: (Tone.RED, "error"),
    LabelState.REFUSED: (Tone.RED, "block"),
}
_PARCELS = {
    ParcelState.WAITING: (Tone.BLUE, "outbox"),
    ParcelState.REPORTED: (Tone.GREEN, "check_circle"),
    ParcelState.REFUSED: (Tone.RED, "block"),
    ParcelState.WITHDRAWN: (Tone.GREY, "undo"),
}


def axes(order: ProductionOrder) -> list[Chip]:
    """Production and shipment, then the marks."""
    return [
        _chip(_PRODUCTION, ProductionState(order.state), hint=order.raw_state),
        _chip(_DISPATCH, DispatchState(order.dispatch)),
        *marks(order),
    ]


def marks(order: ProductionOrder) -> list[Chip]:
    """Late, express, complaint: what is handled before other orders, or otherwise."""
    found = []
    if order.is_late:
        found.append(Chip(Tone.RED, "schedule", _("late")))
    if order.is_express:
        found.append(Chip(Tone.AMBER, "bolt", _("express"), hint=_express(order)))
    if order.complaint:
        found.append(Chip(Tone.AMBER, "undo", _("complaint")))
    return found


def label_chip(label: Label, *, push: Push | None = None) -> Chip:
    """With its push, where that is at hand: of a label whose outcome is unknown nobody says that it is coming."""
    if push is not None and push.state == PushState.UNKNOWN:
        return push_chip(push)
    return _chip(_LABELS, LabelState(label.state), hint=label.raw_state)


def parcel_chip(parcel: ProductionShipment) -> Chip:
    if parcel.delivered:
        return Chip(Tone.GREEN, "where_to_vote", _("delivered"), hint=parcel.raw_state)
    return _chip(_PARCELS, ParcelState(parcel.state), hint=parcel.raw_state)


def _express(order: ProductionOrder) -> str:
    if order.express_production and order.express_shipping:
        return _("express production and express shipping")
    return _("express production") if order.express_production else _("express shipping")


def _chip(table: Mapping[Any, tuple[Tone, str]], state: Any, *, hint: str = "") -> Chip:
    tone, icon = table[state]
    return Chip(tone, icon, state.label, hint)
