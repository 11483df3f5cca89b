"""From our words to theirs: the body of "Create an order"."""

from typing import Any

from backoffice.vendors.errors import FieldError, VendorRejected
from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress, Sale
from backoffice.vendors.money import to_minor_units
from backoffice.vendors.sign_customiser.limits import person_of

# The method is a field of theirs that we always fill; the shop may name none.
SHIPPING_LINE = "Standard Shipping"


def order_payload(order: OrderToPlace) -> dict[str, Any]:
    """Return the body. Raises VendorRejected when a part is missing without which the call must not leave."""
    sale = order.sale
    if sale is None or sale.account is None:
        raise _incomplete("integration_id", "The shop names no integration at Sign Customiser.")
    return {
        "integration_id": sale.account,
        "external_id": order.reference,
        "external_order_number": sale.number,
        "currency": sale.currency,
        "billing_address": _billing_address(order, sale),
        "shipping_address": _address(order, order.recipient),
        "shipping_line": sale.shipping_method or SHIPPING_LINE,
        "customer": _customer(order, sale),
        "products": [_product(line, currency=sale.currency) for line in order.lines],
    }


def _billing_address(order: OrderToPlace, sale: Sale) -> dict[str, str]:
    invoice = sale.invoice or order.recipient
    address = _address(order, invoice)
    contact = {"email": invoice.email or _email(order, sale), "phone": invoice.phone or _phone(order, sale)}
    names = {name: address.pop(name) for name in ("first_name", "last_name")}
    return names | contact | address


def _address(order: OrderToPlace, address: PostalAddress) -> dict[str, str]:
    """Return an address; company, department, care of and district share its only line beside the street."""
    first, last = person_of(order, address)
    beside = (address.company, address.department, address.care_of, address.district)
    return {
        "first_name": first,
        "last_name": last,
        "address_1": address.street,
        "address_2": ", ".join(text for text in beside if text),
        "city": address.city,
        "province": address.state_code,
        "postcode": address.zip,
        "country": address.country_code,
    }


def _customer(order: OrderToPlace, sale: Sale) -> dict[str, str]:
    first, last = sale.firstname, sale.lastname
    if not (first and last):
        first, last = person_of(order, sale.invoice or order.recipient)
    return {
        "first_name": first,
        "last_name": last,
        "email": _email(order, sale),
        "phone": _phone(order, sale),
    }


def _email(order: OrderToPlace, sale: Sale) -> str:
    return sale.email or order.recipient.email


def _phone(order: OrderToPlace, sale: Sale) -> str:
    return sale.phone or order.recipient.phone or order.recipient.mobile


def _product(line: LineToPlace, *, currency: str) -> dict[str, Any]:
    if line.unit_price_gross is None:
        raise _incomplete("products.price", f"The gross price of line {line.reference} is not known.")
    return {
        "external_id": line.custom_product,
        "quantity": line.quantity,
        "price": to_minor_units(line.unit_price_gross, currency=currency),
    }


def _incomplete(field: str, text: str) -> VendorRejected:
    return VendorRejected(text, errors=(FieldError(field, text),))
