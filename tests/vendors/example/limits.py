"""What Example Print refuses, checked before it is sent."""

from collections.abc import Iterator

from backoffice.vendors.errors import FieldError
from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress

# Per order.
MAX_LINES = 25
# Field -> (fewest, most) characters where it is given.
ADDRESS_LIMITS = {
    "company": (0, 60),
    "firstname": (0, 30),
    "lastname": (0, 30),
    "street": (1, 60),
    "care_of": (0, 60),
    "zip": (2, 12),
    "city": (1, 60),
    "country_code": (2, 2),
    "phone": (0, 30),
    "email": (0, 255),
}
REQUIRED = ("street", "zip", "city", "country_code")
MISSING = "Missing: Example Print needs it."


def check_order(order: OrderToPlace) -> list[FieldError]:
    """Return what they would refuse, by the path of the field."""
    found = list(_address_errors("recipient", order.recipient))
    for number, line in enumerate(order.lines):
        found += _line_errors(f"lines.{number}", line)
    return found


def _address_errors(path: str, address: PostalAddress) -> Iterator[FieldError]:
    if not (address.company or address.lastname):
        yield FieldError(f"{path}.lastname", MISSING)
    for name, (least, most) in ADDRESS_LIMITS.items():
        value = getattr(address, name)
        if not value and name in REQUIRED:
            yield FieldError(f"{path}.{name}", MISSING)
        elif value and not least <= len(value) <= most:
            yield FieldError(f"{path}.{name}", f"{len(value)} characters; {least} to {most} are allowed.")


def _line_errors(path: str, line: LineToPlace) -> Iterator[FieldError]:
    if not line.sku:
        yield FieldError(f"{path}.sku", MISSING)
    if line.quantity < 1:
        yield FieldError(f"{path}.quantity", "Must be at least 1.")
