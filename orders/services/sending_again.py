"""Sending again what a vendor refused or cancelled of an order: by releasing the hold that says so.

Only then that part begins anew, under its next reference; its push alone would end at once, as the part is refused.
"""

from collections.abc import Iterable

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.engine.services.pushes import resends, retry_push
from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, ineligible
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderState, VendorOrder
from orders.models.vendor_order import FAILED
from orders.services.holds import active_holds
from orders.services.lifecycle import release_hold
from orders.services.push_kinds import PLACE

REFUSALS = (HoldReason.VENDOR_REFUSED, HoldReason.VENDOR_CANCELLED)


@transaction.atomic
def send_order_again(order: Order, *, actor: str, reason: str) -> Order:
    """Release the holds of what a vendor refused or cancelled, so that these parts are placed anew.

    Raise IllegalTransition where there is none, or something else holds the order; InvalidInput while the vendor would
    still refuse it. Then nothing has changed.
    """
    order = Order.objects.locked(order.pk)
    can_send_again(order, reasons=active_holds(order).values_list("reason", flat=True)).ensure()
    for hold in active_holds(order).filter(reason__in=REFUSALS):
        order = release_hold(hold, actor=actor, note=reason)
    return order


def can_send_again(order: Order, *, reasons: Iterable[str]) -> Eligibility:
    """Return whether nothing but a refusal holds the order; `reasons` are those of its active holds."""
    found = [HoldReason(reason) for reason in reasons]
    if order.has_ended:
        return ineligible(_("State of the order: %(state)s.") % {"state": order.get_state_display()})
    if not any(reason in REFUSALS for reason in found):
        return ineligible(_("No vendor rejected any part of it."))
    if others := ", ".join(str(reason.label) for reason in found if reason not in REFUSALS):
        return ineligible(_("It is also held for another reason: %(reasons)s.") % {"reasons": others})
    return ELIGIBLE


@resends(PLACE)
def _place_again(push: Push, *, actor: str, reason: str) -> None:
    """Begin the refused part anew; the refused push is set aside by that."""
    part = VendorOrder.objects.select_related("order").get(pk=push.subject_id)
    if part.state not in FAILED:
        retry_push(push, actor=actor, reason=reason)
        return
    if part.order.state != OrderState.HELD:
        text = _("Order %(number)s cannot be sent again. Its state: %(state)s.")
        raise IllegalTransition(text % {"number": part.order.number, "state": part.order.get_state_display()})
    send_order_again(part.order, actor=actor, reason=reason)
