"""All parts, and what they say of a set of permissions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from backoffice.accounts.services.rights.desk_parts import (
    CATALOGUE_PARTS,
    CUSTOMER_PARTS,
    MARKETING_PARTS,
    ORDER_PARTS,
    PRODUCTION_PARTS,
)
from backoffice.accounts.services.rights.part import Area, RolePart
from backoffice.accounts.services.rights.system_parts import MONEY_PARTS, SETTING_PARTS, STAFF_PARTS, VENDOR_PARTS

PARTS: dict[str, RolePart] = {
    part.name: part
    for parts in (
        ORDER_PARTS, CUSTOMER_PARTS, PRODUCTION_PARTS, CATALOGUE_PARTS, MARKETING_PARTS, MONEY_PARTS, VENDOR_PARTS,
        SETTING_PARTS, STAFF_PARTS,
    )
    for part in parts
}  # fmt: skip
_OF_PERMISSION = {permission: part for part in PARTS.values() for permission in part.permissions}


@dataclass(frozen=True)
class AreaParts:
    """Parts of one area, in the order of the catalogue."""

    area: Area
    parts: list[RolePart]


def part_of(permission: str) -> RolePart | None:
    """Return the part to which a permission ("orders.view_order") belongs, None where no page asks for it."""
    return _OF_PERMISSION.get(permission)


def permissions_of(names: Iterable[str]) -> set[str]:
    """Return the permissions of the parts with these names."""
    return {permission for name in names for permission in PARTS[name].permissions}


def whole_parts(permissions: Collection[str]) -> list[RolePart]:
    """Return the parts all of whose permissions are among these."""
    return [part for part in PARTS.values() if part.permissions <= set(permissions)]


def left_over(permissions: Collection[str]) -> set[str]:
    """Return those of the permissions that make no whole part."""
    return set(permissions) - {one for part in whole_parts(permissions) for one in part.permissions}


def by_area(parts: Iterable[RolePart]) -> list[AreaParts]:
    """Return the parts grouped, areas without any left out."""
    found: dict[Area, list[RolePart]] = {}
    for part in parts:
        found.setdefault(part.area, []).append(part)
    return [AreaParts(area, found[area]) for area in Area if area in found]
