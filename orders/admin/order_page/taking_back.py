"""Taking back a part that its vendor still cancels: offered where it keeps an order from being edited."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from backoffice.staff.base import actor
from backoffice.staff.pages import get_visible_or_404
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.admin.order_page.confirmations import Confirmation
from orders.admin.order_page.desk import confirm
from orders.admin.order_page.frame import Pages, find_order
from orders.models import Order, VendorOrder
from orders.services.taking_back import can_take_back, take_back_part


def take_back(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    """Say what follows; then ask the vendor to cancel that part."""
    order = find_order(request, pk)
    part = get_visible_or_404(VendorOrder, pk=part_pk, order=order)

    def do(values: dict[str, Any]) -> VendorOrder:
        return take_back_part(part, actor=actor(request))

    return confirm(request, order, taking_back(order, part), forms.Form, do)


def taking_back(order: Order, part: VendorOrder) -> Confirmation:
    names = {"reference": part.reference, "vendor": vendor_title(part.vendor)}
    return Confirmation(
        title=_("Take %(reference)s back from %(vendor)s?") % names,
        button=_("Take %(reference)s back") % names,
        style="danger",
        done=_("Cancellation of %(reference)s is requested from %(vendor)s.") % names,
        consequences=[
            _(
                "Cancellation of this part is requested from %(vendor)s. Once it is confirmed, the order is held "
                "and can be edited."
            )
            % names,
            _("Once saved and released, that part is placed again under its next reference."),
            _("If production begins before the answer, the part continues and you will see it here."),
        ],
        refusal=can_take_back(order, part).reason,
    )


PAGES: Pages = [("<int:pk>/parts/<int:part_pk>/take-back/", "take_back", take_back)]
