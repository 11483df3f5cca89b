"""Where the order is: the one line at the top of its page, and what staff answer a customer who asks."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.formats import date_format

from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from fulfillment.models import Shipment
from orders.models import Hold, Order, OrderState, ProductionState, ShipmentState
from orders.services.cooling_off import can_end_cooling_off

LANGUAGES = ("en", "de")
_NOT_MADE = (ProductionState.NONE, ProductionState.FAILED)


@dataclass(frozen=True)
class Whereabouts:
    """`text` is for staff, with `parcels` beside it; `answer` says it to the customer, in the shop's language."""

    tone: Tone
    icon: str
    text: str
    answer: str
    parcels: list[Shipment] = field(default_factory=list)


def whereabouts(order: Order, *, holds: list[Hold], parcels: list[Shipment]) -> Whereabouts:
    """Return where the order is now. No query."""
    tone, icon = _look(order)
    return Whereabouts(tone, icon, _for_staff(order, holds, parcels), _for_customer(order, parcels), parcels)


def _look(order: Order) -> tuple[Tone, str]:
    if order.state == OrderState.CANCELLED:
        return Tone.GREY, "cancel"
    if order.shipment != ShipmentState.NONE:
        return (Tone.AMBER, "schedule") if order.late else _chip_look(order)
    if order.state == OrderState.HELD:
        return Tone.AMBER, "front_hand"
    if order.state == OrderState.NEW:
        return Tone.GREY, "hourglass_empty"
    return (Tone.AMBER, "schedule") if order.late else (Tone.BLUE, "precision_manufacturing")


def _chip_look(order: Order) -> tuple[Tone, str]:
    chip = ShipmentState(order.shipment).chip()
    return chip.tone, chip.icon


def _for_staff(order: Order, holds: list[Hold], parcels: list[Shipment]) -> str:
    if order.state == OrderState.CANCELLED:
        is_merged = order.merged_into_id is not None
        text = _("Merged into another order %(day)s") if is_merged else _("Cancelled %(day)s")
        return text % {"day": _day(order.updated_at)}
    if order.shipment != ShipmentState.NONE:
        return _journey(order, parcels)
    if order.state == OrderState.HELD:
        since = min((hold.placed_at for hold in holds), default=order.updated_at)
        return _("Held since %(day)s") % {"day": _day(since)}
    if order.state == OrderState.NEW:
        return _("Waiting for release since %(day)s") % {"day": _day(order.created_at)}
    if can_end_cooling_off(order):
        return _("In its cooling-off period; nothing sent yet")
    return _making(order)


def _journey(order: Order, parcels: list[Shipment]) -> str:
    if order.shipment == ShipmentState.DELIVERED:
        return _("Delivered %(day)s") % {"day": _delivered_day(parcels)}
    latest = max((parcel.delivery_latest for parcel in parcels if parcel.delivery_latest), default=None)
    if order.shipment == ShipmentState.PARTIAL:
        return _("Partly shipped, the rest follows")
    if latest is None:
        return _("On its way since %(day)s") % {"day": _day(parcels[0].created_at) if parcels else "–"}
    return _("On its way since %(day)s, expected by %(latest)s") % {
        "day": _day(parcels[0].created_at),
        "latest": _day(latest),
    }


def _making(order: Order) -> str:
    if order.production == ProductionState.NONE:
        return _("Released, about to be sent to production")
    if order.production == ProductionState.FAILED:
        return _("Production failed: see the holds")
    if order.ship_by is None:
        return _("In production")
    params = {"day": _day(order.ship_by)}
    return (
        _("In production, late: should have been shipped by %(day)s") % params
        if order.late
        else (_("In production, ships by %(day)s") % params)
    )


def _for_customer(order: Order, parcels: list[Shipment]) -> str:
    """Return whole sentences that name nothing internal: no vendor, no hold, no reason."""
    language = order.shop.language.lower()
    with translation.override(language if language in LANGUAGES else "en"):
        lines = [_customer_sentence(order, parcels), *(_tracking(parcel) for parcel in parcels if parcel.tracking_code)]
        return "\n".join(str(line) for line in lines)


def _customer_sentence(order: Order, parcels: list[Shipment]) -> str:
    params = {"reference": order.reference}
    if order.merged_into is not None:
        text = _("Your order %(reference)s will arrive together with your order %(into)s.")
        return text % {**params, "into": order.merged_into.reference}
    if order.state == OrderState.CANCELLED:
        return _("Your order %(reference)s was cancelled.") % params
    if order.shipment == ShipmentState.NONE:
        return _customer_waits(order)
    if order.shipment == ShipmentState.DELIVERED:
        day = _delivered_day(parcels)
        return _("Your order %(reference)s was delivered on %(day)s.") % {**params, "day": day}
    if order.shipment == ShipmentState.SHIPPED:
        return _("Your order %(reference)s has been shipped and is on its way to you.") % params
    return _("Part of your order %(reference)s has been shipped; the rest follows.") % params


def _customer_waits(order: Order) -> str:
    params = {"reference": order.reference}
    is_made = order.state == OrderState.RELEASED and order.production not in _NOT_MADE
    if not is_made:
        return _("We have received your order %(reference)s and are working on it.") % params
    if order.ship_by and not order.late:
        text = _("Your order %(reference)s is being made and will be shipped by %(day)s.")
        return text % {**params, "day": _day(order.ship_by)}
    return _("Your order %(reference)s is being made.") % params


def _tracking(parcel: Shipment) -> str:
    name = f"{parcel.carrier.upper()} {parcel.tracking_code}".strip()
    return _("Tracking: %(parcel)s") % {"parcel": f"{name} {parcel.tracking_url}".strip()}


def _delivered_day(parcels: list[Shipment]) -> str:
    """Return the day of the last parcel; a dash where no vendor said it."""
    days = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    return _day(max(days)) if days else "–"


def _day(when: datetime) -> str:
    """Return "26 November", with the year where it is another."""
    day: date = timezone.localtime(when).date()
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == timezone.localdate().year else "DATE_FORMAT")
