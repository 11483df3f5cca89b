"""What a role is made of: parts that say in words what they let somebody do, grouped by area."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _lazy


class Area(StrEnum):
    """Where a part belongs, in the order of the pages."""

    ORDERS = "orders"
    CUSTOMERS = "customers"
    PRODUCTION = "production"
    CATALOGUE = "catalogue"
    MARKETING = "marketing"
    MONEY = "money"
    VENDORS = "vendors"
    SETTINGS = "settings"
    STAFF = "staff"

    @property
    def label(self) -> Any:
        return _LABELS[self]

    @property
    def icon(self) -> str:
        return _ICONS[self]


_LABELS: dict[Area, Any] = {
    Area.ORDERS: _lazy("Orders"),
    Area.CUSTOMERS: _lazy("Customers and messages"),
    Area.PRODUCTION: _lazy("Production"),
    Area.CATALOGUE: _lazy("Catalogue"),
    Area.MARKETING: _lazy("Marketing"),
    Area.MONEY: _lazy("Money and personal data"),
    Area.VENDORS: _lazy("Vendors and sales channels"),
    Area.SETTINGS: _lazy("Settings"),
    Area.STAFF: _lazy("Staff"),
}
_ICONS: dict[Area, str] = {
    Area.ORDERS: "shopping_bag",
    Area.CUSTOMERS: "forum",
    Area.PRODUCTION: "conveyor_belt",
    Area.CATALOGUE: "category",
    Area.MARKETING: "campaign",
    Area.MONEY: "lock_person",
    Area.VENDORS: "hub",
    Area.SETTINGS: "settings",
    Area.STAFF: "group",
}


@dataclass(frozen=True)
class RolePart:
    """One thing that a role lets somebody do.

    `sentence` is what comes behind "may": "Release, hold and edit orders". `is_telling`: a card names it also where the
    role lacks it, because whoever gives the role would want to know.
    """

    name: str
    area: Area
    sentence: Any
    permissions: frozenset[str]
    is_telling: bool = False


def role_part(name: str, area: Area, sentence: Any, *permissions: str, is_telling: bool = False) -> RolePart:
    """Return the part of these permissions ("orders.view_order")."""
    return RolePart(name, area, sentence, frozenset(permissions), is_telling)
