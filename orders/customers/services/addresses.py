"""Where a customer's orders went, and who paid for them: each address once."""

from collections.abc import Collection
from dataclasses import dataclass

from orders.models import Address, AddressRole

# Of so many of the newest orders.
MOST_LOOKED_AT = 200
MOST_SHOWN = 12
_LINES = (
    *(("company",), ("department",), ("firstname", "lastname"), ("care_of",), ("street",), ("district",)),
    *(("zip", "city"), ("state_code", "country_code")),
)
_FIELDS = tuple(name for names in _LINES for name in names)
_ROLES = (AddressRole.RECIPIENT, AddressRole.INVOICE)


@dataclass
class KnownAddress:
    """An address as a letter shows it, for what it served, on how many orders, and on which one last."""

    lines: list[str]
    roles: list[str]
    orders: set[int]

    @property
    def last_order(self) -> int:
        return max(self.orders)


def read_addresses(orders: Collection[int]) -> list[KnownAddress]:
    """Return the addresses of these orders, the last used first. One query."""
    rows = Address.objects.filter(order__in=list(orders)[:MOST_LOOKED_AT], role__in=_ROLES).order_by(
        "-order_id", "role"
    )
    found: dict[str, KnownAddress] = {}
    for row in rows.only("order_id", "role", *_FIELDS):
        lines = [line for names in _LINES if (line := " ".join(filter(None, (getattr(row, one) for one in names))))]
        if not lines:
            continue
        known = found.setdefault("\n".join(lines).casefold(), KnownAddress(lines, [], set()))
        known.orders.add(row.order_id)
        if (role := row.get_role_display()) not in known.roles:
            known.roles.append(role)
    return list(found.values())[:MOST_SHOWN]
