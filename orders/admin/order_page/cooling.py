"""What is still open before an order is made: its shop's cooling-off, and the delay of its vendors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from backoffice.staff.base import actor
from backoffice.staff.pages import act
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_setting, vendor_title
from orders.admin.order_page.frame import Pages, find_order, order_url
from orders.models import Order, VendorOrder, VendorOrderState
from orders.services.cooling_off import can_end_cooling_off
from orders.services.lifecycle import end_cooling_off

_BEFORE_PRODUCTION = (VendorOrderState.SUBMITTED, VendorOrderState.CHECKED)


@dataclass(frozen=True)
class Window:
    """Until `ends_at` the order can be cancelled for certain; `may_be_ended` where people may let it leave now."""

    ends_at: datetime
    text: str
    may_be_ended: bool = False

    @property
    def seconds(self) -> int:
        return max(0, round((self.ends_at - timezone.now()).total_seconds()))


def open_window(order: Order, vendor_orders: list[VendorOrder]) -> Window | None:
    """Return what is open now: the cooling-off, else the delay of the vendor that begins first; None: nothing."""
    if order.cancel_requested_at is not None or order.has_ended:
        return None
    if order.leaves_at is not None and can_end_cooling_off(order):
        return Window(order.leaves_at, _("Sent to production when the cooling-off period ends."), may_be_ended=True)
    ends = [(end, row.vendor) for row in vendor_orders if (end := _production_begins(row)) is not None]
    if not ends:
        return None
    ends_at, vendor = min(ends)
    return Window(ends_at, _("%(vendor)s then begins production.") % {"vendor": vendor_title(vendor)})


def _production_begins(row: VendorOrder) -> datetime | None:
    """Return the end of the vendor's own delay, as it is set there; None when it is over or not known."""
    delay = vendor_setting(row.vendor, "PRODUCTION_DELAY_SECONDS", 0)
    if not delay or row.submitted_at is None or row.state not in _BEFORE_PRODUCTION:
        return None
    end = row.submitted_at + timedelta(seconds=delay)
    return end if end > timezone.now() else None


@require_POST
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """End the cooling-off."""
    order = find_order(request, pk)

    def do() -> str:
        end_cooling_off(order, actor=actor(request))
        return _("Order %(number)s is being sent now.") % {"number": order.number}

    return act(request, do, to=order_url(pk))


PAGES: Pages = [("<int:pk>/send-now/", "send_now", send_now)]
