"""Changing stock (a fulfiller's) and what is offered in sales channels (a merchant's).

wanted   {"available", "managed", "qty"}, for sales channels {"available"}
before   {"available", "managed", "qty"}; null where the vendor does not say, or does not manage stock
after    what was asked for; "managed" and "qty" travel together
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ListsStock, TakesChannels, TakesStock, Vendor
from backoffice.vendors.batch_messages import JobTicket, StockLevel, StockUpdate, SyncUpdate
from backoffice.vendors.listing_messages import StockData
from backoffice.vendors.registry import as_able
from catalog.models import Change
from catalog.services.change_sets.values import (
    Guard,
    Line,
    Resolved,
    Shape,
    Value,
    clean_count,
    clean_flag,
    ensure_known_keys,
)

FIELDS = ("available", "managed", "qty")


class _Stock(Shape):
    def read(self, vendor: Vendor, *, sku: str = "") -> Iterator[StockData]:
        return as_able(vendor, ListsStock).iter_stock(sku=sku)

    def held(self, facts: StockData) -> Value:
        return {
            "sku_fulfiller": facts.sku_fulfiller,
            "available": facts.available,
            "managed": facts.managed,
            "qty": facts.qty,
        }

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        return [
            Line(name, before.get(name), after[name])
            for name in FIELDS
            if name in after and before.get(name) != after[name] and not _is_unmanaged_count(name, after)
        ]


class Stock(_Stock):
    """Whether a fulfiller's product can be ordered, and how many there are."""

    ability = TakesStock

    def clean(self, wanted: Value) -> Value:
        ensure_known_keys(wanted, FIELDS)
        cleaned: Value = {
            name: clean_flag(wanted[name], name=name) for name in ("available", "managed") if name in wanted
        }
        if wanted.get("qty") is not None:
            cleaned["qty"] = clean_count(wanted["qty"], name="qty", least=0)
        return cleaned

    def resolve(self, wanted: Value, *, before: Value) -> Resolved:
        after: Value = {"available": wanted["available"]} if "available" in wanted else {}
        if "managed" in wanted or "qty" in wanted:
            # A number makes no sense without management, so giving one begins it.
            managed = wanted.get("managed", True)
            after |= {"managed": managed, "qty": wanted.get("qty", before.get("qty")) if managed else None}
        return Resolved(after, guards=_count_guards(after))

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesStock).update_stock_fulfiller, rows)

    def row(self, change: Change) -> StockUpdate:
        after = change.after
        level = None
        if "managed" in after:
            level = StockLevel(
                managed=after["managed"], in_stock=not after["managed"] or after["qty"] > 0, qty=after["qty"]
            )
        return StockUpdate(sku=change.sku, available=after.get("available"), stock=level)

    def restoring(self, before: Value) -> Value:
        return {name: before[name] for name in FIELDS if before[name] is not None}


class Sync(_Stock):
    """Whether a merchant's product is passed on to sales channels."""

    ability = TakesChannels

    def clean(self, wanted: Value) -> Value:
        ensure_known_keys(wanted, ("available",))
        return {"available": clean_flag(wanted.get("available"), name="available")}

    def resolve(self, wanted: Value, *, before: Value) -> Resolved:
        return Resolved(dict(wanted))

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesChannels).update_sync, rows)

    def row(self, change: Change) -> SyncUpdate:
        return SyncUpdate(sku=change.sku, available=change.after["available"])

    def restoring(self, before: Value) -> Value:
        return {"available": bool(before["available"])}


def _is_unmanaged_count(name: str, after: Value) -> bool:
    """What the vendor says of a number that nobody manages (0 or nothing) means nothing."""
    return name == "qty" and not after.get("managed")


def _count_guards(after: Value) -> list[Guard]:
    qty: Any = after.get("qty")
    if after.get("managed") and qty is None:
        return [Guard("no_quantity", _("Managed stock needs a quantity."))]
    return []
