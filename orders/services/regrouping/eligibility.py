"""Whether an order may be split, and which orders may be merged. Nothing may, of which a vendor has anything."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_noop

from backoffice.engine.services.delivery import Postponed
from backoffice.errors import ELIGIBLE, Eligibility, IllegalTransition, ineligible
from backoffice.text.translatable import gettext as _
from orders.models import Address, AddressRole, HoldReason, Order, OrderLine, OrderState, VendorOrder
from orders.services.editing.edits import can_edit
from orders.services.editing.parts import find_obstacles
from orders.services.holds import active_holds
from orders.services.hooks import before_placing, can_regroup
from orders.services.reports.strays import open_strays

# Where the parcel goes: who gets it may be reached in several ways.
RECIPIENT = (
    *("company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "district"),
    *("state_code", "country_code"),
)
# How it is made and travels, which is one thing for one order.
SAME = ("express_shipping", "express_production", "generic_label", "custom_properties")
# What an order has at most once: the merged one takes it from whichever has it, and two that differ are refused.
ONE_OF = {
    "gift_message": gettext_noop("%(this)s and %(other)s have different gift messages. Remove one first."),
    "shipping_method": gettext_noop("%(this)s and %(other)s have different shipping methods. Make them match first."),
}


def can_split(order: Order, *, lines: Iterable[OrderLine] | None = None) -> Eligibility:
    """Return whether some of the order may become one of its own."""
    if not (found := can_regroup_one(order)):
        return found
    pieces = sum(line.quantity for line in (order.lines.all() if lines is None else lines))
    return ELIGIBLE if pieces > 1 else ineligible(_("The order has only one piece: there is nothing to split."))


def can_regroup_one(order: Order, *, merging: bool = False) -> Eligibility:
    """Return whether nothing keeps the order as it is: it is open, and no vendor has anything of it."""
    if not (found := can_edit(order)):
        return found
    if order.shipments.exists():
        return ineligible(_("A parcel of %(number)s has already left.") % {"number": order.number})
    if obstacles := find_obstacles(list(order.vendor_orders.all())):
        return ineligible(next(iter(obstacles.values())))
    is_second = active_holds(order).filter(reason=HoldReason.SECOND_AT_VENDOR).exists()
    if is_second or open_strays(order).exists():
        text = _("A vendor may already be making %(number)s. Resolve that first.")
        return ineligible(text % {"number": order.number})
    return next((refused for guard in can_regroup if not (refused := guard([order], merging=merging))), ELIGIBLE)


def can_merge(order: Order, other: Order) -> Eligibility:
    """Return whether the lines of the other order may go to this one; both with their shop and addresses."""
    for one in (order, other):
        if not (found := can_regroup_one(one, merging=True)):
            return found
    return ineligible(text) if (text := find_difference(order, other)) else ELIGIBLE


def can_join(order: Order, other: Order) -> Eligibility:
    """Return whether orders that go to a third one leave it at most one value of what it has once (`ONE_OF`)."""
    numbers = {"this": order.number, "other": other.number}
    return ineligible(text) if (text := _differing_texts(order, other, numbers)) else ELIGIBLE


def find_difference(order: Order, other: Order) -> str:
    """Return why both cannot be one order, for people; empty where they can."""
    numbers = {"this": order.number, "other": other.number}
    checks = (_differing_sale, _differing_address, _differing_terms, _differing_texts, _supplied_document)
    return next(filter(None, (check(order, other, numbers) for check in checks)), "")


def _differing_sale(order: Order, other: Order, numbers: Mapping[str, str]) -> str:
    if order.pk == other.pk:
        return _("This is the same order.")
    if (order.shop_id, order.currency) != (other.shop_id, other.currency):
        return _("%(this)s and %(other)s must have the same shop and currency.") % numbers
    if order.is_test != other.is_test:
        return _("Only one of %(this)s and %(other)s is a test order.") % numbers
    if order.complaint or other.complaint:
        return _("A complaint's replacement stays a separate order.")
    if order.customer_email.casefold() != other.customer_email.casefold():
        return _("%(this)s and %(other)s have different customers.") % numbers
    return ""


def _differing_address(order: Order, other: Order, numbers: Mapping[str, str]) -> str:
    ours, theirs = _addresses(order), _addresses(other)
    if not have_same_recipient(order, other):
        return _("%(this)s and %(other)s go to different recipients.") % numbers
    for role in (AddressRole.INVOICE, AddressRole.SHIPPER, AddressRole.EXPORT, AddressRole.LETTER):
        if _place(ours.get(role)) != _place(theirs.get(role)):
            text = _("%(this)s and %(other)s differ in the “%(role)s” address. Make them match first.")
            return text % {**numbers, "role": role.label}
    return ""


def _differing_terms(order: Order, other: Order, numbers: Mapping[str, str]) -> str:
    if order.state == OrderState.RELEASED and other.state == OrderState.NEW:
        return _("%(other)s is not released yet. Release it first, or merge %(this)s into it.") % numbers
    if any(getattr(order, name) != getattr(other, name) for name in SAME):
        text = _("%(this)s and %(other)s differ in express, label or custom properties. Make them match first.")
        return text % numbers
    return ""


def _differing_texts(order: Order, other: Order, numbers: Mapping[str, str]) -> str:
    for name, text in ONE_OF.items():
        ours, theirs = getattr(order, name), getattr(other, name)
        if ours and theirs and ours != theirs:
            return _(text) % numbers
    return ""


def _supplied_document(order: Order, other: Order, numbers: Mapping[str, str]) -> str:
    """Return that a label or slip of the shop is about one parcel."""
    for one in (order, other):
        if any(not document.made_by_us for document in one.documents.all()):
            text = _("The shop supplied documents for the parcel of %(number)s. Remove them first.")
            return text % {"number": one.number}
    return ""


def have_same_recipient(order: Order, other: Order) -> bool:
    """Return whether both go to the same door."""
    ours, theirs = (_place(_addresses(one).get(AddressRole.RECIPIENT)) for one in (order, other))
    return ours == theirs


def _addresses(order: Order) -> Mapping[str, Address]:
    return {address.role: address for address in order.addresses.all()}


def _place(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    names = (*RECIPIENT, "address_id", "address_key")
    return tuple(" ".join(getattr(address, name).split()).casefold() for name in names)


def run_waiting_rules(orders: Sequence[Order]) -> None:
    """Run the rules that still wait for these locked orders: one of them may hold an order before it is another one.

    Raise IllegalTransition where one has to wait for a worker.
    """
    for order in orders:
        for run in before_placing:
            try:
                run(order.pk)
            except Postponed as wait:
                raise IllegalTransition(wait.reason) from None


def lock_parts(order: Order) -> list[VendorOrder]:
    """Return the parts of a locked order, with their waiting pushes locked. Raise IllegalTransition when a vendor has
    one, or a worker is at it.
    """
    rows = list(order.vendor_orders.select_for_update(of=("self",)))
    for obstacle in find_obstacles(rows, lock=True).values():
        raise IllegalTransition(obstacle)
    return rows
