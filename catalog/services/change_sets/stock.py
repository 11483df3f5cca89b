"""Changing stock (a fulfiller's) and what is offered in sales channels (a merchant's).

requested  {"available", "managed", "qty"}, for sales channels {"available"}
before     {"available", "managed", "qty"}; null where the vendor does not say, or does not manage stock
after      what was asked for; "managed" and "qty" travel together
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from backoffice.accounts.services.markets import Market
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ListsStock, TakesChannels, TakesStock, Vendor
from backoffice.vendors.batch_messages import JobTicket, StockLevel, StockUpdate, SyncUpdate
from backoffice.vendors.listing_messages import StockData
from backoffice.vendors.registry import as_able
from catalog.models import Change
from catalog.services.change_sets.values import (
    ChangeFormat,
    Guard,
    Line,
    Resolved,
    Value,
    clean_count,
    clean_flag,
    ensure_known_keys,
)

FIELDS = ("available", "managed", "qty")


class _StockFormat(ChangeFormat):
    def read(self, vendor: Vendor, *, sku: str = "", market: Market | None = None) -> Iterator[StockData]:
        return as_able(vendor, ListsStock).iter_stock(sku=sku)

    def current(self, data: StockData) -> Value:
        return {
            "sku_fulfiller": data.sku_fulfiller,
            "available": data.available,
            "managed": data.managed,
            "qty": data.qty,
        }

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        # What the vendor says of a number that nobody manages (0 or nothing) means nothing.
        names = FIELDS if after.get("managed") else ("available", "managed")
        return [
            Line(name, before.get(name), after[name])
            for name in names
            if name in after and before.get(name) != after[name]
        ]


class StockFormat(_StockFormat):
    """Whether a fulfiller's product can be ordered, and how many there are."""

    ability = TakesStock

    def clean(self, requested: Value) -> Value:
        ensure_known_keys(requested, FIELDS)
        cleaned: Value = {
            name: clean_flag(requested[name], name=name) for name in ("available", "managed") if name in requested
        }
        if requested.get("qty") is not None:
            cleaned["qty"] = clean_count(requested["qty"], name="qty", least=0)
        return cleaned

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        after: Value = {"available": requested["available"]} if "available" in requested else {}
        if "managed" in requested or "qty" in requested:
            # A number makes no sense without management, so giving one begins it.
            managed = requested.get("managed", True)
            after |= {"managed": managed, "qty": requested.get("qty", before.get("qty")) if managed else None}
        guards = []
        if after.get("managed") and after["qty"] is None:
            guards.append(Guard("no_quantity", _("Managed stock needs a quantity.")))
        return Resolved(after, guards=guards)

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


class SyncFormat(_StockFormat):
    """Whether a merchant's product is passed on to sales channels."""

    ability = TakesChannels

    def clean(self, requested: Value) -> Value:
        ensure_known_keys(requested, ("available",))
        return {"available": clean_flag(requested.get("available"), name="available")}

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        return Resolved(dict(requested))

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesChannels).update_sync, rows)

    def row(self, change: Change) -> SyncUpdate:
        return SyncUpdate(sku=change.sku, available=change.after["available"])

    def restoring(self, before: Value) -> Value:
        return {"available": bool(before["available"])}
