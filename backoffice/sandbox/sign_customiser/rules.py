"""What an order has to look like: all fields of the documented example, few of which may be empty.

Complaints are worded and shaped as Laravel does it, which their site is made with.
"""

import re
from collections.abc import Iterator
from typing import Any

Errors = dict[str, list[str]]

_ADDRESS = ("first_name", "last_name", "address_1", "address_2", "city", "province", "postcode", "country")
_MAY_BE_EMPTY = ("address_2", "phone", "province")
_BILLING = (*_ADDRESS, "email", "phone")
_CUSTOMER = ("first_name", "last_name", "email", "phone")
_TEXTS = ("external_id", "external_order_number", "currency", "shipping_line")
_CURRENCY, _COUNTRY = re.compile(r"[A-Z]{3}"), re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST = 255


def find_errors(order: dict[str, Any], *, integration_id: int, known: set[str] | None) -> Errors:
    """Return all errors by field; `known` are the product ids that may be ordered, None: any."""
    errors: Errors = {}
    for field, text in _errors(order, integration_id=integration_id, known=known):
        errors.setdefault(field, []).append(text)
    return errors


def _errors(order: dict[str, Any], *, integration_id: int, known: set[str] | None) -> Iterator[tuple[str, str]]:
    if type(order.get("integration_id")) is not int:
        yield "integration_id", "The integration id field must be an integer."
    elif order["integration_id"] != integration_id:
        yield "integration_id", "The selected integration id is invalid."
    for name in _TEXTS:
        yield from _text(name, order.get(name))
    if isinstance(order.get("currency"), str) and not _CURRENCY.fullmatch(order["currency"]):
        yield "currency", "The currency field must be 3 characters."
    yield from _part("billing_address", order.get("billing_address"), _BILLING)
    yield from _part("shipping_address", order.get("shipping_address"), _ADDRESS)
    yield from _part("customer", order.get("customer"), _CUSTOMER)
    yield from _products(order.get("products"), known=known)


def _text(field: str, value: Any, *, may_be_empty: bool = False) -> Iterator[tuple[str, str]]:
    label = field.replace("_", " ")
    if value is None or (value == "" and not may_be_empty):
        yield field, f"The {label} field is required."
    elif not isinstance(value, str):
        yield field, f"The {label} field must be a string."
    elif len(value) > LONGEST:
        yield field, f"The {label} field must not be greater than {LONGEST} characters."


def _part(field: str, value: Any, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield field, f"The {field.replace('_', ' ')} field is required."
        return
    for name in names:
        yield from _text(f"{field}.{name}", value.get(name), may_be_empty=name in _MAY_BE_EMPTY)
    if isinstance(value.get("country"), str) and not _COUNTRY.fullmatch(value["country"]):
        yield f"{field}.country", f"The {field}.country field must be 2 characters."
    if isinstance(value.get("email"), str) and value["email"] and not _EMAIL.fullmatch(value["email"]):
        yield f"{field}.email", f"The {field}.email field must be a valid email address."


def _products(value: Any, *, known: set[str] | None) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        yield "products", "The products field is required."
        return
    for number, product in enumerate(value):
        field = f"products.{number}"
        if not isinstance(product, dict):
            yield field, f"The {field} field must be an array."
            continue
        yield from _text(f"{field}.external_id", product.get("external_id"))
        if known is not None and isinstance(product.get("external_id"), str) and product["external_id"] not in known:
            yield f"{field}.external_id", f"The selected {field}.external_id is invalid."
        for name, least in (("quantity", 1), ("price", 0)):
            if type(product.get(name)) is not int:
                yield f"{field}.{name}", f"The {field}.{name} field must be an integer."
            elif product[name] < least:
                yield f"{field}.{name}", f"The {field}.{name} field must be at least {least}."
