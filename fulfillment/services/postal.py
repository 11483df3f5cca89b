"""Addresses as they are written, and whether they can be."""

from backoffice.fonts.shaping import find_unprintable
from fulfillment.models import ProductionOrder


def address_lines(address: dict[str, str] | None) -> list[str]:
    """An address as it is written on a parcel; empty where there is none."""
    given = address or {}
    name = f"{given.get('firstname', '')} {given.get('lastname', '')}".strip()
    place = f"{given.get('zip', '')} {given.get('city', '')}".strip()
    names = [given.get("company", ""), given.get("department", ""), name, given.get("care_of", "")]
    lines = [*names, given.get("street", ""), given.get("district", ""), place, given.get("country_code", "")]
    return [line for line in lines if line]


def unprintable_letters(order: ProductionOrder) -> str:
    """Return the letters of our slip and of the pick list that no font has. Reads the items unless prefetched."""
    names = [name for item in order.items.all() for name in (item.sku_fulfiller, item.sku, item.name)]
    texts = [*address_lines(order.shipper), *address_lines(order.recipient), order.merchant, order.reference, *names]
    return find_unprintable("".join(texts))
