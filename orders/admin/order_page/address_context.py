"""The addresses of an order, with the vendors' limits beside what is too long."""

from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.paper.fonts.shaping import find_unprintable
from backoffice.text.regions import named_countries
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from fulfillment.models import Country
from orders.admin.order_page.postal import ON_ENVELOPE, postal_lines
from orders.models import Address, AddressRole, Order, VendorOrderState

# What vendors get to see; the invoice is the shop's own business.
SENT = (AddressRole.RECIPIENT, AddressRole.SHIPPER, AddressRole.EXPORT)
ON_SLIP = (AddressRole.RECIPIENT, AddressRole.SHIPPER)
SHOWN = (
    "company", "department", "firstname", "lastname", "street", "care_of", "district", "zip", "city", "state_code",
    "country_code", "phone", "mobile", "fax", "email", "vat_id", "eori_number", "commercial_register_entry",
    "address_id", "address_key",
)  # fmt: skip
# Nothing has left for the vendor that a response could still confirm with the old address in it.
UNSENT = (VendorOrderState.PLANNED, VendorOrderState.REFUSED, VendorOrderState.CANCELLED)


@dataclass(frozen=True)
class AddressField:
    """One field that was given. `fits` is what the vendor takes, `excess` what is beyond its `limit` of characters."""

    name: str
    label: str
    value: str
    limit: int | None

    @property
    def fits(self) -> str:
        return self.value if self.limit is None else self.value[: self.limit]

    @property
    def excess(self) -> str:
        return "" if self.limit is None else self.value[self.limit :]


@dataclass(frozen=True)
class AddressContext:
    address: Address
    fields: list[AddressField]
    may_be_corrected: bool
    # As on an envelope.
    lines: list[str]
    # Letters that our own delivery slip cannot show.
    unprintable: str = ""

    @property
    def block(self) -> str:
        return "\n".join(self.lines)

    @property
    def details(self) -> list[AddressField]:
        """What stands on no envelope."""
        return [field for field in self.fields if field.name not in ON_ENVELOPE]

    @property
    def too_long(self) -> list[AddressField]:
        return [field for field in self.fields if field.excess]


def address_context(order: Order, *, vendors: Iterable[str]) -> list[AddressContext]:
    """Return the addresses, recipient first; limits only where the address goes to a vendor."""
    limits = longest_allowed(vendors)
    roles = list(AddressRole)
    editable = not any(row.state not in UNSENT for row in order.vendor_orders.all())
    addresses = sorted(order.addresses.all(), key=lambda address: roles.index(AddressRole(address.role)))
    countries = _country_names(addresses)
    on_slip = ON_SLIP if any(document.made_by_us for document in order.documents.all()) else ()
    return [
        AddressContext(
            address,
            # What has ended needs no correction.
            _fields(address, limits if address.role in SENT and not order.has_ended else {}),
            editable,
            postal_lines(address, countries=countries),
            unprintable=find_unprintable("".join(getattr(address, name) for name in SHOWN))
            if address.role in on_slip
            else "",
        )
        for address in addresses
    ]


def _country_names(addresses: Iterable[Address]) -> dict[str, str]:
    codes = {address.country_code.upper() for address in addresses}
    return dict(named_countries(Country.objects.filter(iso2__in=codes).values_list("iso2", "name")))


def longest_allowed(vendors: Iterable[str]) -> dict[str, int]:
    """Return by field how many characters every one of these vendors takes."""
    longest: dict[str, int] = {}
    for vendor in vendors:
        for name, (_least, most) in vendor_type(vendor, TakesOrders).ADDRESS_LIMITS.items():
            longest[name] = min(most, longest.get(name, most))
    return longest


def _fields(address: Address, limits: dict[str, int]) -> list[AddressField]:
    return [
        AddressField(name, _label(name), value, limits.get(name)) for name in SHOWN if (value := getattr(address, name))
    ]


def _label(name: str) -> str:
    field = Address._meta.get_field(name)
    return str(getattr(field, "verbose_name", name))
