"""Whether a vendor may get an order, and why not. Consent comes first and is overruled by nobody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.export_messages import OrderToExport
from backoffice.vendors.registry import vendor_type
from orders.marketing.models import Consent, OptOut
from orders.models import Order, OrderState

# An order that a vendor may act upon: nobody is still to decide about it.
FINAL = (OrderState.RELEASED, OrderState.CLOSED)


def find_obstacles(orders: Sequence[Order], *, vendor: str, messages: Mapping[int, OrderToExport]) -> dict[int, str]:
    """Return, by order key, why the vendor may not get those orders that it may not get. One query.

    `messages` are those of `orders_to_export`; orders must have their shops.
    """
    found = vendor_type(vendor, ExportsOrders)
    consent = Consent(found.EXPORT_CONSENT)
    opted_out = find_opt_outs((message.email for message in messages.values()), consent=consent)
    obstacles = {}
    for order in orders:
        message = messages[order.pk]
        reason = (
            can_export_for_shop(message, vendor=vendor).reason
            or _about_consent(order, message, consent=consent, opted_out=opted_out)
            or can_export_now(order).reason
            or _about_kind(order, message, vendor=found)
            or found.find_export_obstacle(message)
        )
        if reason:
            obstacles[order.pk] = reason
    return obstacles


def can_export_for_shop(message: OrderToExport, *, vendor: str) -> Eligibility:
    """Return whether the settings let the vendor have orders of the shop."""
    found = vendor_type(vendor, ExportsOrders)
    if not found.is_configured():
        return ineligible(_("%(vendor)s is not set up.") % {"vendor": vendor})
    if found.export_group(shop_code=message.shop, language=message.language) is None:
        text = _("%(vendor)s is not set up for the shop %(shop)s in the language %(language)s.")
        return ineligible(text % {"vendor": vendor, "shop": message.shop, "language": message.language})
    return ELIGIBLE


def can_export_now(order: Order) -> Eligibility:
    """Return whether nothing is to be decided about the order any more."""
    if order.state == OrderState.CANCELLED:
        return ineligible(_("The order is cancelled."))
    if order.cancel_requested_at:
        return ineligible(_("Its cancellation has been asked for."))
    if order.state not in FINAL:
        return ineligible(_("The order is not released: %(state)s.") % {"state": order.get_state_display()})
    return ELIGIBLE


def waits_for_order(order: Order) -> bool:
    """Return whether it may still become one that can be exported."""
    return order.state != OrderState.CANCELLED and not can_export_now(order)


def find_opt_outs(emails: Any, *, consent: Consent) -> set[str]:
    """Return those of the e-mail addresses (in lower case) whose owners opted out."""
    addresses = {email.lower() for email in emails if email}
    return set(OptOut.objects.filter(consent=consent, email__in=addresses).values_list("email", flat=True))


def is_relay(email: str) -> bool:
    """Return whether the address belongs to a marketplace, which forwards its mail (RELAY_DOMAINS)."""
    domain = email.rpartition("@")[2].lower()
    return any(
        domain == relay or domain.startswith(f"{relay}.") or domain.endswith(f".{relay}")
        for relay in settings.RELAY_DOMAINS
    )


def _about_consent(order: Order, message: OrderToExport, *, consent: Consent, opted_out: set[str]) -> str:
    if not getattr(order, consent):
        return {
            Consent.LETTERS: _("The customer has not agreed to letters."),
            Consent.REVIEW_REQUEST: _("The customer has not agreed to be asked for a review."),
        }[consent]
    if message.email.lower() in opted_out:
        return {
            Consent.LETTERS: _("The customer wants no more letters."),
            Consent.REVIEW_REQUEST: _("The customer does not want to be asked for reviews any more."),
        }[consent]
    return ""


def _about_kind(order: Order, message: OrderToExport, *, vendor: type[ExportsOrders]) -> str:
    """Return why an order of its kind is kept back: complaints (unless `EXPORTS_COMPLAINTS`) and marketplaces."""
    if order.complaint and not vendor.EXPORTS_COMPLAINTS:
        return _("It makes good a complaint.")
    if is_relay(message.email):
        return _("The customer bought at a marketplace: it only forwards what is written to its address.")
    return ""
