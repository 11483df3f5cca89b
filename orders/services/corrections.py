"""Correcting an order that waits, before any vendor has it."""

from collections.abc import Mapping

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.engine.services.changes import set_changed
from backoffice.errors import ELIGIBLE, Eligibility, Errors, InvalidInput, add_error, ineligible
from backoffice.text.regions import address_codes
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from orders.models import Address, AddressRole, HoldReason, Order, OrderState, VendorOrder
from orders.models.vendor_order import UNSENT
from orders.services.holds import active_holds
from orders.services.hooks import on_correction
from orders.services.lifecycle import end_corrected_holds
from orders.services.order_message import OrderRows, build_message
from orders.services.preflight.address_checks import check_countries, doubts_about
from orders.services.search import refresh_search

CORRECTABLE = (OrderState.NEW, OrderState.HELD)
# Holds that may say nothing but that an address is wrong end with it.
_ABOUT_INPUT = (HoldReason.BAD_ADDRESS, HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED)


@transaction.atomic
def correct_address(order: Order, *, role: AddressRole, values: Mapping[str, str], actor: str) -> Order:
    """Give the order that address if it passes the pre-flight; it goes on when nothing else holds it.

    `values` are fields of Address, codes of country and state however they are written; fields left out stay. Raise
    IllegalTransition once a vendor has any of the order, InvalidInput (nothing changed) while a vendor would still
    refuse the address.
    """
    order = Order.objects.locked(order.pk)
    can_correct(order).ensure()
    address = order.addresses.get(role=role)
    country, state = (values.get(name, getattr(address, name)) for name in ("country_code", "state_code"))
    values = {**values, **dict(zip(("country_code", "state_code"), address_codes(country, state), strict=True))}
    before = {name: getattr(address, name) for name in values}
    changed = {name: [before[name], values[name]] for name in set_changed(address, values)}
    _ensure_valid(order, address)
    if changed:
        address.save(update_fields=list(changed))
        refresh_search(order)
        order.events.create(actor=actor, kind="order.address_corrected", params={"role": role, "changed": changed})
        for react in on_correction:
            react(order, actor=actor)
    _end_corrected(order, address, actor=actor)
    order.refresh_from_db()
    return order


def can_correct(order: Order) -> Eligibility:
    """Return whether addresses of the order may still be corrected: it waits, and no vendor has any of it."""
    if order.state not in CORRECTABLE:
        text = _("Order %(number)s is %(state)s: only the address of an order that waits can be corrected.")
        return ineligible(text % {"number": order.number, "state": order.get_state_display()})
    rows = list(order.vendor_orders.all())
    for row in rows:
        if row.state not in UNSENT:  # a draft, or anything later, carries the address as it was
            text = _("%(vendor)s has %(reference)s already, with the address as it was.")
            return ineligible(text % {"vendor": row.vendor, "reference": row.reference})
    subject = VendorOrder._meta.label_lower
    if Push.objects.open().filter(subject_type=subject, subject_id__in=[row.pk for row in rows]).exists():
        return ineligible(_("Something is on its way to the vendor just now; try again in a moment."))
    return ELIGIBLE


def _ensure_valid(order: Order, address: Address) -> None:
    """Check every vendor's limits and our list of countries, as at intake. Raise InvalidInput."""
    errors: Errors = {}
    check_countries([(address.field, address)], errors=errors)
    others = order.addresses.exclude(pk=address.pk)
    message = build_message(OrderRows(order, [], [address, *others], []), reference=order.number, designs={})
    for vendor in order.lines.order_by().values_list("vendor", flat=True).distinct():
        for error in vendor_type(vendor, TakesOrders).check_order(message):
            if error.field.startswith(f"{address.field}."):
                add_error(errors, error.field, error.text)
    if errors:
        raise InvalidInput(_("The address would still be refused."), errors=errors)


def _end_corrected(order: Order, address: Address, *, actor: str) -> None:
    """End the holds whose errors are all about this address, unless what they doubt is still so."""
    path = f"{address.field}."
    doubtful = {f"{path}{name}" for name in doubts_about(address)}
    holds = [
        hold
        for hold in active_holds(order).filter(reason__in=_ABOUT_INPUT)
        if (hold.errors or hold.reason == HoldReason.BAD_ADDRESS)
        and all(field.startswith(path) for field in hold.errors)
        and not doubtful & hold.errors.keys()
    ]
    end_corrected_holds(order, holds, actor=actor, note=_("The address was corrected."))
