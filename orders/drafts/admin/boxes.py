"""The fields of a draft's page: each with its label, its text, and what the vendors take of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from backoffice.text.regions import named_countries
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import vendors_with
from fulfillment.models import Country
from orders.admin.order_page.address_context import longest_allowed
from orders.drafts.admin.posting import ADDRESS, ADDRESSES, CUSTOMER
from orders.drafts.services.contents import DraftContent
from orders.models import Address

# What browsers may fill in and which keyboard a telephone shows. Never the reader's own data.
_KINDS = {"email": "email", "phone": "tel"}
_LONGEST = {"customer.email": 255, "customer.firstname": 100, "customer.lastname": 100, "customer.phone": 50}
_LIMITED = "recipient"
# Of an address, what takes a whole row.
_WIDE = ("company", "street", "email")
# Shown only on demand: most parcels arrive without.
_RARE = ("department", "state_code", "phone", "email")


@dataclass(frozen=True)
class FieldBox:
    """One field. `limit` is how many characters every vendor of the draft takes, None where none says so."""

    name: str
    label: str
    value: str
    longest: int
    limit: int | None = None
    kind: str = "text"
    is_wide: bool = False
    is_rare: bool = False
    choices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return it as an id of the page."""
        return self.name.replace(".", "-")


def customer_boxes(content: DraftContent) -> list[FieldBox]:
    return [
        FieldBox(
            name=f"customer.{name}",
            label=_label(name),
            value=getattr(content.customer, name) or "",
            longest=_LONGEST[f"customer.{name}"],
            kind=_KINDS.get(name, "text"),
            is_wide=name == "email",
        )
        for name in CUSTOMER
    ]


def address_boxes(content: DraftContent, *, vendors: list[str], country: str) -> dict[str, list[FieldBox]]:
    """Return the fields of each address; one query for the countries. `country` is that of a new recipient."""
    limits = _limits(vendors)
    countries = named_countries(Country.objects.values_list("iso2", "name"))
    found = {}
    for role in ADDRESSES:
        address = getattr(content, role)
        given = msgspec.structs.asdict(address) if address is not None else {}
        if role == _LIMITED and not any(given.values()):
            given["country_code"] = country
        found[role] = [
            _address_box(role, name, given, limits if role == _LIMITED else {}, countries) for name in ADDRESS
        ]
    return found


def _address_box(
    role: str, name: str, given: Mapping[str, Any], limits: Mapping[str, int], countries: list[tuple[str, str]]
) -> FieldBox:
    value = given.get(name) or ""
    choices: list[tuple[str, str]] = []
    if name == "country_code" and countries:
        known = any(code == value for code, _name in countries)
        choices = [("", "–"), *([] if known or not value else [(value, value)]), *countries]
    return FieldBox(
        name=f"{role}.{name}",
        label=_label(name),
        value=value,
        longest=255 if name == "email" else 200,
        # What is chosen from a list has the right length.
        limit=None if choices else limits.get(name),
        kind=_KINDS.get(name, "text"),
        is_wide=name in _WIDE,
        is_rare=name in _RARE and not value,
        choices=choices,
    )


def limits_by_box(vendors: list[str]) -> dict[str, int]:
    """Return what the vendors take, by the names of the page's fields."""
    return {f"{_LIMITED}.{name}": limit for name, limit in _limits(vendors).items() if name in ADDRESS}


def _limits(vendors: list[str]) -> dict[str, int]:
    """Return what the vendors take; before there is a line, what the one takes that makes most things."""
    return longest_allowed(vendors or vendors_with(TakesDraftOrders)[:1])


def _label(name: str) -> str:
    return str(getattr(Address._meta.get_field(name), "verbose_name", name))
