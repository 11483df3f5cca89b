"""What mypromo refuses, checked before it is sent: their 30 characters of street are short.

Lengths are characters, not bytes. The source is the list "Address validation" under "Create order" of their API
document; the limits of references and custom properties are assumed.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import FieldError
from backoffice.vendors.messages import (
    Credentials,
    LineToPlace,
    OrderToPlace,
    PostalAddress,
    RemoteLineKind,
)

# Per order; with documents (labels, delivery slips) only one line is taken.
MAX_LINES = 50
MAX_LINES_WITH_DOCUMENTS = 1
# Entries of a batch of prices, stock or texts.
MAX_BATCH = 500

# Field -> (fewest, most) characters where it is given.
ADDRESS_LIMITS = {
    "reference": (2, 50),
    "company": (0, 30),
    "firstname": (0, 30),
    "lastname": (0, 30),
    "street": (0, 30),
    "care_of": (0, 30),
    "zip": (3, 10),
    "city": (2, 30),
    "district": (0, 30),
    "country_code": (2, 3),
    "phone": (0, 30),
    "fax": (0, 30),
    "mobile": (0, 30),
    "email": (0, 255),
    "vat_id": (0, 30),
    "commercial_register_entry": (2, 50),
}
REQUIRED = ("zip", "city", "country_code")
# At least one of them.
NAMES = ("company", "lastname")

REFERENCE_LIMITS = (2, 50)
PROPERTY_LIMIT = 255


def order_errors(order: OrderToPlace) -> Iterator[FieldError]:
    """Yield what mypromo would refuse in the order, by the path of the field ("recipient.street").

    The number of lines is not checked, since an order may be split; nor whether a country needs a state, or an SKU
    exists, which take data of ours.
    """
    yield from check_length("reference", order.reference, REFERENCE_LIMITS, required=True)
    yield from check_length("reference2", order.reference2, (0, REFERENCE_LIMITS[1]))
    for role in ("recipient", "shipper", "export"):
        address: PostalAddress | None = getattr(order, role)
        if address is not None:
            yield from check_address(role, address)
    yield from _property_errors("custom_properties", order.custom_properties)
    for number, document in enumerate(order.documents):
        yield from _file_errors(f"documents.{number}", document.url, document.credentials)
    for number, line in enumerate(order.lines):
        yield from _line_errors(f"lines.{number}", line)


def check_address(path: str, address: PostalAddress) -> Iterator[FieldError]:
    """Yield what mypromo would refuse in an address; `path` is put before the fields' names. One that is kept there
    needs nothing else.
    """
    is_whole = not address.is_kept_at_vendor
    for name, limits in ADDRESS_LIMITS.items():
        is_required = is_whole and name in REQUIRED
        yield from check_length(f"{path}.{name}", getattr(address, name), limits, required=is_required)
    if address.address_id and address.address_key:
        yield FieldError(f"{path}.address_key", _("Give either address_id or address_key."))
    if is_whole and not any(getattr(address, name) for name in NAMES):
        yield FieldError(f"{path}.lastname", _("A last name or a company is required."))
    if address.country_code and not (address.country_code.isascii() and address.country_code.isalpha()):
        yield FieldError(f"{path}.country_code", _("Not a country code of two or three letters."))
    if address.email:
        yield from _email_errors(f"{path}.email", address.email)


def check_length(path: str, value: str, limits: tuple[int, int], *, required: bool = False) -> Iterator[FieldError]:
    """Add an error when the text is missing though required, or given and shorter or longer than the limits."""
    least, most = limits
    if not value:
        if required:
            yield FieldError(path, _("Missing."))
    elif len(value) < least:
        text = _("Too short: %(length)d of at least %(least)d characters.")
        yield FieldError(path, text % {"length": len(value), "least": least})
    elif len(value) > most:
        text = _("Too long: %(length)d characters, at most %(most)d are allowed.")
        yield FieldError(path, text % {"length": len(value), "most": most})


def _email_errors(path: str, email: str) -> Iterator[FieldError]:
    try:
        validate_email(email)
    except ValidationError:
        yield FieldError(path, _("Not a valid e-mail address."))


def _line_errors(path: str, line: LineToPlace) -> Iterator[FieldError]:
    yield from check_length(f"{path}.reference", line.reference, (1, REFERENCE_LIMITS[1]), required=True)
    if line.quantity < 1:
        yield FieldError(f"{path}.quantity", _("Must be at least 1."))
    if line.kind is RemoteLineKind.DESIGN:
        if not line.design_id:
            yield FieldError(f"{path}.design_id", _("Missing."))
    elif not line.sku:
        yield FieldError(f"{path}.sku", _("Missing."))
    if line.kind is RemoteLineKind.FILES and not line.files:
        yield FieldError(f"{path}.files", _("Missing."))
    if line.kind is not RemoteLineKind.FILES and line.files:
        yield FieldError(f"{path}.files", _("Print files cannot be combined with a design or a stock item."))
    for number, file in enumerate(line.files):
        yield from _file_errors(f"{path}.files.{number}", file.url, file.credentials)
    yield from _property_errors(f"{path}.custom_properties", line.custom_properties)


def _file_errors(path: str, url: str, credentials: Credentials | None) -> Iterator[FieldError]:
    if url.startswith("sftp://") and credentials is not None and credentials.scheme == "header":
        yield FieldError(f"{path}.credentials", _("A header cannot be sent over sftp; use name and password."))


def _property_errors(path: str, properties: dict[str, str]) -> Iterator[FieldError]:
    for key, value in properties.items():
        yield from check_length(f"{path}.{key}", key, (1, PROPERTY_LIMIT), required=True)
        yield from check_length(f"{path}.{key}", value, (0, PROPERTY_LIMIT))
