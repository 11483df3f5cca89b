"""An address as it stands on an envelope."""

from collections.abc import Mapping

from orders.models import Address

# Where the postcode follows the town instead of preceding it.
_POSTCODE_LAST = frozenset({"US", "CA", "AU", "NZ", "IN", "GB", "IE", "TW"})
ON_ENVELOPE = frozenset(
    {
        *("company", "department", "firstname", "lastname", "street", "care_of", "district", "zip", "city"),
        *("state_code", "country_code"),
    }
)


def postal_lines(address: Address, *, countries: Mapping[str, str]) -> list[str]:
    """Return the lines of the address that are not empty, the country last; `countries` are names by code."""
    country = address.country_code.upper()
    lines = [
        *(address.company, address.department, f"{address.firstname} {address.lastname}"),
        *(address.care_of, address.street, address.district),
        _town(address, country),
        countries.get(country, address.country_code),
    ]
    return [line.strip() for line in lines if line.strip()]


def _town(address: Address, country: str) -> str:
    if country in _POSTCODE_LAST:
        return " ".join(filter(None, (address.city, address.state_code, address.zip)))
    town = " ".join(filter(None, (address.zip, address.city)))
    return ", ".join(filter(None, (town, address.state_code)))
