"""Correcting an order that waits, before any vendor has it."""

from collections.abc import Mapping

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.errors import ELIGIBLE, Eligibility, Errors, InvalidInput, add_error, ineligible
from backoffice.text.regions import address_codes
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from orders.models import Address, AddressRole, HoldReason, Order, OrderState, VendorOrder, VendorOrderState
from orders.services.hooks import on_correction
from orders.services.lifecycle import end_corrected_holds
from orders.services.order_message import OrderRows, build_message
from orders.services.preflight.address_checks import check_countries, doubts_about
from orders.services.search import refresh_search

CORRECTABLE = (OrderState.NEW, OrderState.HELD)
# A draft, or anything later, carries the address as it was.
_UNSENT = (VendorOrderState.PLANNED, VendorOrderState.REFUSED, VendorOrderState.CANCELLED)
# Holds that say nothing but that an address is wrong end with it.
_ABOUT_INPUT = (HoldReason.BAD_ADDRESS, HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED)


@transaction.atomic
def correct_address(order: Order, *, role: AddressRole, values: Mapping[str, str], actor: str) -> Order:
    """The order has that address, passes the pre-flight with it, and goes on when nothing else holds it.

    `values` are fields of Address, codes of country and state however they are written; fields left out stay. Raises
    IllegalTransition once a vendor has any of the order, InvalidInput (nothing changed) while a vendor would still
    refuse the address.
    """
    order = Order.objects.locked(order.pk)
    can_correct(order).ensure()
    address = order.addresses.get(role=role)
    country, state = (values.get(name, getattr(address, name)) for name in ("country_code", "state_code"))
    values = {**values, **dict(zip(("country_code", "state_code"), address_codes(country, state), strict=True))}
    changed = {
        name: [getattr(address, name), value] for name, value in values.items() if getattr(address, name) != value
    }
    for name, value in values.items():
        setattr(address, name, value)
    _ensure_valid(order, address)
    if changed:
        address.save(update_fields=list(changed))
        refresh_search(order)
        order.events.create(actor=actor, kind="order.address_corrected", params={"role": role, "changed": changed})
        for take_note in on_correction:
            take_note(order, actor=actor)
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
        if row.state not in _UNSENT:
            text = _("%(vendor)s has %(reference)s already, with the address as it was.")
            return ineligible(text % {"vendor": row.vendor, "reference": row.reference})
    subject = VendorOrder._meta.label_lower
    if Push.objects.open().filter(subject_type=subject, subject_id__in=[row.pk for row in rows]).exists():
        return ineligible(_("Something is on its way to the vendor just now; try again in a moment."))
    return ELIGIBLE


def _ensure_valid(order: Order, address: Address) -> None:
    """Every vendor's limits and our list of countries, as at intake."""
    errors: Errors = {}
    check_countries([(address.field, address)], errors=errors)
    others = order.addresses.exclude(pk=address.pk)
    message = build_message(OrderRows(order, [], [address, *others], []), reference=order.number, designs={})
    for vendor in order.lines.order_by().values_list("vendor", flat=True).distinct():
        for complaint in vendor_type(vendor, TakesOrders).check_order(message):
            if complaint.field.startswith(f"{address.field}."):
                add_error(errors, complaint.field, complaint.text)
    if errors:
        raise InvalidInput(_("The address would still be refused."), errors=errors)


def _end_corrected(order: Order, address: Address, *, actor: str) -> None:
    """End the holds that complained of nothing but this address, unless what they doubt is still so."""
    path = f"{address.field}."
    doubtful = {f"{path}{name}" for name in doubts_about(address)}
    active = order.holds.filter(released_at__isnull=True, reason__in=_ABOUT_INPUT)
    holds = [
        hold
        for hold in active
        if (hold.errors or hold.reason == HoldReason.BAD_ADDRESS)
        and all(field.startswith(path) for field in hold.errors)
        and not doubtful & hold.errors.keys()
    ]
    end_corrected_holds(order, holds, actor=actor, note=_("The address was corrected."))
