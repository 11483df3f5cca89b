"""What an order for Sign Customiser has to say. They document no limits: only what must not be missing is checked,
and lengths are those of our own columns.
"""

from collections.abc import Iterator

from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import FieldError
from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress

# Per order; no document names a limit.
MAX_LINES = 200
# Field -> (fewest, most) characters where it is given.
ADDRESS_LIMITS = {
    "firstname": (1, 200),
    "lastname": (1, 200),
    "street": (1, 200),
    "zip": (1, 200),
    "city": (1, 200),
    "country_code": (2, 3),
    "email": (0, 255),
}
REQUIRED = ("street", "zip", "city", "country_code")


def order_errors(order: OrderToPlace) -> Iterator[FieldError]:
    """Return what is missing in the order, by the path of the field ("recipient.street")."""
    yield from _address_errors("recipient", order.recipient)
    if not person_of(order, order.recipient)[0]:
        yield FieldError("recipient.firstname", _("First and last name are required, even with a company."))
    if order.sale is not None:
        if order.sale.invoice is not None:
            yield from _address_errors("invoice_address", order.sale.invoice)
        if not (order.sale.email or order.recipient.email):
            yield FieldError("customer.email", _("Missing: required by Sign Customiser."))
    for number, line in enumerate(order.lines):
        yield from _line_errors(f"lines.{number}", line)


def person_of(order: OrderToPlace, address: PostalAddress) -> tuple[str, str]:
    """Return both names for an address, or none: its own, else the customer's, else the recipient's."""
    sale = order.sale
    customer = (sale.firstname, sale.lastname) if sale is not None else ("", "")
    named = ((address.firstname, address.lastname), customer, (order.recipient.firstname, order.recipient.lastname))
    return next(((first, last) for first, last in named if first.strip() and last.strip()), ("", ""))


def _address_errors(path: str, address: PostalAddress) -> Iterator[FieldError]:
    for name in REQUIRED:
        if not getattr(address, name).strip():
            yield FieldError(f"{path}.{name}", _("Missing: required by Sign Customiser."))
    for name, (least, most) in ADDRESS_LIMITS.items():
        if (length := len(getattr(address, name))) and not least <= length <= most:
            text = _("%(length)d characters; %(least)d to %(most)d are allowed.")
            yield FieldError(f"{path}.{name}", text % {"length": length, "least": least, "most": most})


def _line_errors(path: str, line: LineToPlace) -> Iterator[FieldError]:
    if not line.custom_product:
        yield FieldError(f"{path}.custom_product", _("Missing: required by Sign Customiser."))
    if line.quantity < 1:
        yield FieldError(f"{path}.quantity", _("Must be at least 1."))
    if line.unit_price_gross is None:
        yield FieldError(
            f"{path}.tax_percent", _("The gross price is required: give the tax rate of the line or of the shop.")
        )
