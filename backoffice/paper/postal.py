"""The postal address as it is written on paper."""

from collections.abc import Mapping
from typing import Any


def address_lines(address: Mapping[str, Any] | None, *, state: str = "", country: str = "") -> list[str]:
    """Return the lines of an address, given by the fields' names, none of them empty; none where there is no address.

    `state` stands behind the place, `country` instead of its code.
    """
    given = {name: value or "" for name, value in (address or {}).items()}
    name = f"{given.get('firstname', '')} {given.get('lastname', '')}".strip()
    place = f"{given.get('zip', '')} {given.get('city', '')}".strip()
    lines = [
        given.get("company"),
        given.get("department"),
        name,
        given.get("care_of"),
        given.get("street"),
        given.get("district"),
        f"{place}, {state}" if state else place,
        country or given.get("country_code"),
    ]
    return [line for line in lines if line]
