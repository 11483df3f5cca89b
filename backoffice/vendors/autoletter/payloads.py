"""Our orders in AutoLetter's words. Fields without a value are left out; amounts are JSON numbers with their currency's
decimals.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.conf import settings

from backoffice.text.translatable import gettext as _
from backoffice.vendors.autoletter.streets import split_house_number
from backoffice.vendors.bodies import encode
from backoffice.vendors.export_messages import ExportLine, OrderToExport
from backoffice.vendors.messages import PostalAddress
from backoffice.vendors.money import round_money


def write_orders(orders: Sequence[OrderToExport], *, corrected: bool) -> bytes:
    """Return the body of one request: a bare array, or an object that allows updates."""
    entries = [order_entry(order) for order in orders]
    return encode({"allowUpdates": True, "orders": entries} if corrected else entries)


def order_entry(order: OrderToExport) -> dict[str, Any]:
    address = address_entry(order.recipient, order=order)
    entry: dict[str, Any] = {
        "OrderNumber": order.number,
        "OrderId": order.order_id,
        "Date": order.placed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Total": round_money(order.total, currency=order.currency),
        "Address": address,
        "ExternalId": order.reference,
        "ShopId": order.shop_id,
    }
    invoice = address if order.invoice is None else address_entry(order.invoice, order=order)
    # They are optional: an incomplete one must not have the order refused.
    if invoice != address and _is_whole(invoice):
        entry["InvoiceAddress"] = invoice
        if settings.AUTOLETTER_LETTERS_TO_INVOICE:
            entry["LetterAddress"] = invoice
    letter = None if order.letter is None else address_entry(order.letter, order=order)
    if letter is not None and _is_whole(letter):
        entry["LetterAddress"] = letter
    if settings.AUTOLETTER_SEND_PRODUCTS and order.lines:
        entry["Products"] = [_product(line, order=order) for line in order.lines]
    return {name: value for name, value in entry.items() if value != ""}


def address_entry(address: PostalAddress, *, order: OrderToExport) -> dict[str, str]:
    """Return an address; one without any name bears the customer's."""
    firstname, lastname = address.firstname.strip(), address.lastname.strip()
    company = address.company.strip()
    if not (firstname or lastname):
        firstname, lastname = ("", company) if company else (order.firstname.strip(), order.lastname.strip())
    street, number = split_house_number(address.street)
    entry = {
        "FirstName": firstname,
        "LastName": lastname,
        "Company": company if settings.AUTOLETTER_SEND_COMPANY else "",
        "Street": ", ".join(part for part in (address.care_of.strip(), street) if part),
        "HouseNumber": number,
        "ZIP": address.zip.strip(),
        "City": address.city.strip(),
        "Country": address.country_code.strip().upper(),
    }
    return {name: value for name, value in entry.items() if value}


def find_obstacle(order: OrderToExport) -> str:
    """Return why AutoLetter cannot take the order, in words; empty when it can."""
    if order.currency.upper() != settings.AUTOLETTER_CURRENCY.upper():
        text = _(
            "AutoLetter does not support currencies: only orders in %(wanted)s are sent, and this one is in "
            "%(currency)s."
        )
        return text % {"wanted": settings.AUTOLETTER_CURRENCY, "currency": order.currency}
    entry = address_entry(order.recipient, order=order)
    if missing := _missing(entry):
        return _("The delivery address is missing fields that AutoLetter requires: %(fields)s.") % {
            "fields": ", ".join(missing)
        }
    if not _is_country(entry["Country"]):
        return _("“%(country)s” is not a two-letter country code.") % {"country": entry["Country"][:50]}
    return ""


def _is_whole(entry: dict[str, str]) -> bool:
    return not _missing(entry) and _is_country(entry["Country"])


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha()


def _missing(entry: dict[str, str]) -> list[str]:
    needed = {
        "FirstName": _("name"), "Street": _("street"), "ZIP": _("postcode"), "City": _("city"), "Country": _("country")
    }  # fmt: skip
    found = entry | {"FirstName": entry.get("FirstName") or entry.get("LastName", "")}
    return [str(word) for name, word in needed.items() if not found.get(name)]


def _product(line: ExportLine, *, order: OrderToExport) -> dict[str, Any]:
    entry: dict[str, Any] = {"Sku": line.sku, "Name": line.name, "Quantity": line.quantity}
    if line.unit_price_gross is not None:
        entry["Price"] = round_money(line.unit_price_gross, currency=order.currency)
    return entry
