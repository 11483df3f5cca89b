"""Whether a vendor may get an order, and why not. Consent comes first and is overruled by nobody."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.privacy.services.hashing import hash_email
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.export_messages import OrderToExport
from backoffice.vendors.registry import vendor_title, vendor_type
from orders.marketing.models import Consent, OptOut
from orders.models import Order, OrderState

# An order that a vendor may act upon: nobody is still to decide about it.
FINAL = (OrderState.RELEASED, OrderState.CLOSED)


def find_obstacles(orders: Sequence[Order], *, vendor: str, messages: Mapping[int, OrderToExport]) -> dict[int, str]:
    """Return, by order key, why the vendor may not get those orders that it may not get. One query,
    and one where orders were split.

    `messages` are those of `orders_to_export`; orders must have their shops.
    """
    found = vendor_type(vendor, ExportsOrders)
    consent = Consent(found.EXPORT_CONSENT)
    opted_out = find_opt_outs((message.email for message in messages.values()), consent=consent)
    exported_with = _find_open_sources(orders)
    obstacles = {}
    for order in orders:
        message = messages[order.pk]
        reason = (
            _about_mode(order)
            or can_export_for_shop(message, vendor=account_of_shop(order.shop_id, vendor)).reason
            or _about_consent(order, message, consent=consent, opted_out=opted_out)
            or can_export_now(order).reason
            or _about_kind(order, message, vendor=found)
            or exported_with.get(order.split_from_id, "")
            or found.find_export_obstacle(message)
        )
        if reason:
            obstacles[order.pk] = reason
    return obstacles


def can_export_for_shop(message: OrderToExport, *, vendor: str) -> Eligibility:
    """Return whether the account at the vendor is set up for orders of the shop."""
    found = vendor_type(vendor, ExportsOrders)
    if not found.is_configured():
        return ineligible(_("%(vendor)s is not set up.") % {"vendor": vendor_title(vendor)})
    if found.export_group(shop_code=message.shop, language=message.language) is None:
        text = _("%(vendor)s is not set up for the shop %(shop)s in the language %(language)s.")
        return ineligible(text % {"vendor": vendor_title(vendor), "shop": message.shop, "language": message.language})
    return ELIGIBLE


def can_export_now(order: Order) -> Eligibility:
    """Return whether nothing is to be decided about the order any more."""
    if order.state == OrderState.CANCELLED:
        return ineligible(_("The order is cancelled."))
    if order.cancel_requested_at:
        return ineligible(_("Cancellation requested."))
    if order.state not in FINAL:
        return ineligible(_("The order is not released: %(state)s.") % {"state": order.get_state_display()})
    return ELIGIBLE


def waits_for_order(order: Order) -> bool:
    """Return whether it may still become one that can be exported."""
    return order.state != OrderState.CANCELLED and not can_export_now(order)


def find_opt_outs(emails: Any, *, consent: Consent) -> set[str]:
    """Return those of the e-mail addresses (in lower case) whose owners opted out; of who was erased it is a hash."""
    addresses = {email.lower() for email in emails if email}
    hashed = {hash_email(email): email for email in addresses}
    rows = OptOut.objects.filter(consent=consent, email__in=[*addresses, *hashed])
    return {hashed.get(email, email) for email in rows.values_list("email", flat=True)}


def is_relay(email: str) -> bool:
    """Return whether the address belongs to a marketplace, which forwards its mail (RELAY_DOMAINS)."""
    domain = email.rpartition("@")[2].lower()
    return any(
        domain == relay or domain.startswith(f"{relay}.") or domain.endswith(f".{relay}")
        for relay in settings.RELAY_DOMAINS
    )


def _about_mode(order: Order) -> str:
    """Return that a test is exported to nobody, whoever asks."""
    return _("It is a test order: it is not sent to any vendor.") if order.is_test else ""


def _about_consent(order: Order, message: OrderToExport, *, consent: Consent, opted_out: set[str]) -> str:
    if not getattr(order, consent):
        return {
            Consent.LETTERS: _("The customer has not agreed to letters."),
            Consent.REVIEW_REQUEST: _("The customer has not agreed to review requests."),
        }[consent]
    if message.email.lower() in opted_out:
        return {
            Consent.LETTERS: _("The customer has opted out of letters."),
            Consent.REVIEW_REQUEST: _("The customer has opted out of review requests."),
        }[consent]
    return ""


def _find_open_sources(orders: Sequence[Order]) -> dict[int | None, str]:
    """Return, by the keys of orders that others were split from, why those say nothing: a customer is asked once."""
    keys = {order.split_from_id for order in orders if order.split_from_id}
    if not keys:
        return {}
    sources = Order.objects.filter(pk__in=keys).exclude(state=OrderState.CANCELLED)
    text = _("It was split from order %(number)s: the customer is contacted about that one.")
    return {pk: text % {"number": number} for pk, number in sources.values_list("pk", "number")}


def _about_kind(order: Order, message: OrderToExport, *, vendor: type[ExportsOrders]) -> str:
    """Return why an order of its kind is kept back: complaints (unless `EXPORTS_COMPLAINTS`) and marketplaces."""
    if order.complaint and not vendor.EXPORTS_COMPLAINTS:
        return _("It settles a complaint.")
    if is_relay(message.email):
        return _("The customer bought on a marketplace, which only forwards messages sent to its own address.")
    return ""
