"""Addresses as they are written."""


def address_lines(address: dict[str, str] | None) -> list[str]:
    """An address as it is written on a parcel; empty where there is none."""
    given = address or {}
    name = f"{given.get('firstname', '')} {given.get('lastname', '')}".strip()
    place = f"{given.get('zip', '')} {given.get('city', '')}".strip()
    names = [given.get("company", ""), given.get("department", ""), name, given.get("care_of", "")]
    lines = [*names, given.get("street", ""), given.get("district", ""), place, given.get("country_code", "")]
    return [line for line in lines if line]
