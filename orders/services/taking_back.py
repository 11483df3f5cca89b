"""Taking back a part that its vendor has and does not make yet: it is cancelled there, to be changed and begun anew."""

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import has_ability, vendor_title
from orders.models import Order, VendorOrder, VendorOrderState
from orders.services.push_kinds import CANCEL

# The vendor has it and agrees to cancel it.
_REVOCABLE = (VendorOrderState.SUBMITTED, VendorOrderState.CHECKED)


@transaction.atomic
def take_back_part(part: VendorOrder, *, actor: str) -> VendorOrder:
    """Ask the vendor to cancel this part alone. When it has, the order is held, and the part can be changed; where it
    refuses, the part goes on.

    Raise IllegalTransition when it is too late for that, or something else is under way.
    """
    order = Order.objects.locked(part.order_id)
    part = VendorOrder.objects.select_for_update().get(pk=part.pk)
    can_take_back(order, part).ensure()
    # Merged: the push of an earlier request that is still open is about the vendor's order of now.
    queue_push(CANCEL, vendor=part.vendor, subject=part, actor=actor, payload={"take_back": part.vendor_id}, merge=True)
    order.events.create(
        actor=actor, kind="vendor.take_back", params={"vendor": part.vendor, "reference": part.reference}
    )
    return part


def can_take_back(order: Order, part: VendorOrder) -> Eligibility:
    """Return whether the vendor may be asked to cancel this part, so that it can be changed."""
    params = {"reference": part.reference, "vendor": vendor_title(part.vendor)}
    if order.has_ended or order.cancel_requested_at:
        return ineligible(_("Order %(number)s is cancelled or closed.") % {"number": order.number})
    if not may_be_taken_back(part):
        return ineligible(_("%(vendor)s can no longer cancel %(reference)s.") % params)
    if Push.objects.open().about(part).exists():
        return ineligible(_("A request about %(reference)s is being sent to %(vendor)s. Wait for the answer.") % params)
    return ELIGIBLE


def may_be_taken_back(part: VendorOrder) -> bool:
    """Return whether its vendor takes cancellations of a part in that state over its interface."""
    return part.state in _REVOCABLE and bool(part.vendor_id) and has_ability(part.vendor, TakesDraftOrders)
