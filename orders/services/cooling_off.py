"""The cooling-off of an order: so long after its release nothing of it leaves, and cancelling it is certain."""

from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from orders.models import Order, OrderState


def cooled_at(shop: Shop) -> datetime | None:
    """Return when an order of the shop that is released now may leave; None: at once."""
    return timezone.now() + timedelta(seconds=shop.cooling_off_seconds) if shop.cooling_off_seconds else None


def seconds_to_cool(order: Order) -> float:
    """Return the seconds until the order may leave; 0 when it may."""
    return max(0.0, (order.leaves_at - timezone.now()).total_seconds()) if order.leaves_at else 0.0


def can_end_cooling_off(order: Order) -> Eligibility:
    """Return whether there is a cooling-off to end: the order is released, and not to be cancelled."""
    waits = order.state == OrderState.RELEASED and not order.cancel_requested_at and seconds_to_cool(order) > 0
    return ELIGIBLE if waits else ineligible(_("No cooling-off period is running for the order."))


def later_of(*moments: datetime | None) -> datetime | None:
    """Return the last of these, None where there is none."""
    return max(filter(None, moments), default=None)
