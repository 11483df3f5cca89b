"""The grid in which many wrong addresses are corrected: the preview of that job."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from backoffice.jobs.admin.previews import PREVIEWS, Preview
from backoffice.jobs.models import Job, JobRow
from backoffice.staff.keyset import read_key
from backoffice.text.cleaning import BadText
from backoffice.text.structs import CLEANERS, Text
from orders.models import Address, AddressRole
from orders.services.jobs.addresses import CorrectAddresses, row_values, set_addresses

_NOT_NAMES = {"email": Text.CODE, "zip": Text.LINE}
LONGEST = 200


@dataclass(frozen=True)
class GridField:
    """One value to be set: `was` where it differs from what the order has. `limit` is what all its vendors take."""

    name: str
    label: str
    value: str
    was: str
    limit: int | None
    is_proposed: bool
    # What is wrong with what the order has, where nothing is proposed instead.
    errors: list[str]


@dataclass(frozen=True)
class GridAddress:
    """One address of an order with its fields that are to be set."""

    row: JobRow
    role: str
    is_recipient: bool
    address: Address
    fields: list[GridField]


def read_grid(rows: Sequence[JobRow]) -> list[GridAddress]:
    """Return the addresses of these rows; one query."""
    found = {
        (address.order_id, address.role): address
        for address in Address.objects.filter(order__in=[row.subject_id for row in rows])
    }
    return [
        _grid_address(row, AddressRole(role), found[row.subject_id, role], values)
        for row in rows
        for role, values in row_values(row).items()
        if (row.subject_id, role) in found
    ]


def save_grid(job: Job, given: QueryDict) -> dict[int, Any]:
    """Keep what was typed: fields are called "<row>.<role>.<field>". Texts that cannot be kept stay as they were."""
    values: dict[int, dict[str, dict[str, str]]] = {}
    for name, text in given.items():
        parts = name.split(".")
        key = read_key(parts[0])
        if len(parts) != 3 or key is None:
            continue
        try:
            cleaned = CLEANERS[_NOT_NAMES.get(parts[2], Text.PART)](str(text)[: LONGEST + 1])
        except BadText:
            continue
        values.setdefault(key, {}).setdefault(parts[1], {})[parts[2]] = cleaned
    return set_addresses(job, values)


def _grid_address(row: JobRow, role: AddressRole, address: Address, values: dict[str, str]) -> GridAddress:
    limits = row.params["limits"]
    fields = [
        GridField(
            name=f"{row.pk}.{role}.{name}",
            label=str(getattr(Address._meta.get_field(name), "verbose_name", name)),
            value=value,
            was=was if (was := getattr(address, name)) != value else "",
            limit=limits.get(name),
            is_proposed=was != value,
            errors=row.errors.get(f"{address.field}.{name}", []) if was == value else [],
        )
        for name, value in sorted(values.items(), key=lambda pair: _ORDER.index(pair[0]))
    ]
    return GridAddress(row, str(role.label), role == AddressRole.RECIPIENT, address, fields)


_ORDER = [field.name for field in Address._meta.get_fields()]
PREVIEWS[CorrectAddresses.kind] = Preview("orders/address_grid.html", read_grid, save_grid)
