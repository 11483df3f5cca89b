"""What is different at a variant, in words that a list can be filtered by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from catalog.models.price import PriceList

Row = tuple[Any, ...]
_CENTS_OF_CENTS = Decimal("0.0001")

# Plain facts are shown with both values; of the others only the name is kept.
PLAIN_FIELDS = (
    "name",
    "gtin",
    "vendor_id",
    "active",
    "available",
    "test_product",
    "sample_product",
    "personalized",
    "currency",
    "order_min_qty",
    "order_max_qty",
    "tier_price_qty_only",
    "shipping_from",
    "shipping_earliest_days",
    "shipping_latest_days",
    "express_available",
)
STRUCTURED_FIELDS = ("image_url", "editor_intents", "media", "properties", "parts")
FIELDS = (*PLAIN_FIELDS, *STRUCTURED_FIELDS, "orderable")


@dataclass
class VariantContent:
    """All that is compared of a variant: facts by name, the rows of its child tables without the variant's id."""

    data: Mapping[str, Any]
    tiers: set[Row] = field(default_factory=set)
    children: dict[str, set[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """`kind` is a word of VariantChange; `detail` is JSON: prices as text, pairs are (before, after)."""

    kind: str
    detail: dict[str, Any]


def describe_changes(before: VariantContent, *, after: VariantContent) -> list[Difference]:
    """Return all differences; empty when nothing that we keep is different."""
    found = []
    if before.data["orderable"] != after.data["orderable"]:
        found.append(Difference("available" if after.data["orderable"] else "unavailable", {}))
    found += _price_changes(before, after=after)
    if detail := _other_changes(before, after=after):
        found.append(Difference("changed", detail))
    return found


def _price_changes(before: VariantContent, *, after: VariantContent) -> list[Difference]:
    """Return dearer and cheaper: by what we pay, at quantities that have a price before and after."""
    old, new = _prices(before, PriceList.PURCHASE), _prices(after, PriceList.PURCHASE)
    moved = {quantity: (old[quantity], new[quantity]) for quantity in sorted(old.keys() & new.keys())}
    dearer = {quantity: pair for quantity, pair in moved.items() if pair[1] > pair[0]}
    cheaper = {quantity: pair for quantity, pair in moved.items() if pair[1] < pair[0]}
    return [
        Difference(kind, {"tiers": [[quantity, str(was), str(now)] for quantity, (was, now) in tiers.items()]})
        for kind, tiers in (("dearer", dearer), ("cheaper", cheaper))
        if tiers
    ]


def _other_changes(before: VariantContent, *, after: VariantContent) -> dict[str, Any]:
    fields = {
        name: [before.data[name], after.data[name]] for name in PLAIN_FIELDS if before.data[name] != after.data[name]
    }
    parts = [name for name in STRUCTURED_FIELDS if not _is_same(before.data[name], after.data[name])]
    parts += [name for name, rows in after.children.items() if before.children.get(name, set()) != rows]
    parts += [
        f"{price_list} prices"
        for price_list in PriceList.values
        if _prices(before, price_list) != _prices(after, price_list) and not _only_moved(before, after, price_list)
    ]
    return ({"fields": fields} if fields else {}) | ({"parts": parts} if parts else {})


def _is_same(stored: Any, given: Any) -> bool:
    """Return whether the column holds what was given. PostgreSQL keeps the value of a number in JSON, not how it was
    written: 1e300 comes back as an integer, which no float equals.
    """
    return bool(stored == given) or _by_value(stored) == _by_value(given)


def _by_value(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() | float():
            return Decimal(repr(value))
        case dict():
            return {name: _by_value(item) for name, item in value.items()}
        case list() | tuple():
            return [_by_value(item) for item in value]
    return value


def _only_moved(before: VariantContent, after: VariantContent, price_list: str) -> bool:
    """Return whether it shows as dearer and cheaper: purchase prices at unchanged quantities do."""
    return price_list == PriceList.PURCHASE and _prices(before, price_list).keys() == _prices(after, price_list).keys()


def _prices(content: VariantContent, price_list: str) -> dict[int, Decimal]:
    # As precise as the column: what the vendor gives beyond that is no change.
    return {quantity: price.quantize(_CENTS_OF_CENTS) for name, quantity, price in content.tiers if name == price_list}
