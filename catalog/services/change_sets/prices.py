"""Changing prices: the merchant's sales prices, and a fulfiller's purchase and recommended prices.

requested  {"currency", "sales": {"50": "9.90"}}, for a fulfiller "purchase" and "recommended" (null removes a
         tier), "order_max_qty", "tier_price_qty_only", and "replace": true for "these tiers and no others"
before     {"currency", "purchase", "recommended", "sales", "order_min_qty", "order_max_qty", "tier_price_qty_only"}
after      the merchant's: the currency and the quantities given; a fulfiller's: everything, since it replaces all
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from backoffice.accounts.services.markets import Market
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import HasMarkets, ListsPrices, TakesFulfillerPrices, TakesSalesPrices, Vendor
from backoffice.vendors.batch_messages import FulfillerPriceUpdate, JobTicket, SalesPriceUpdate, TierUpdate
from backoffice.vendors.listing_messages import PriceData
from backoffice.vendors.registry import as_able
from catalog.models import Change, PriceList
from catalog.services.change_sets.market_reading import read_market
from catalog.services.change_sets.values import (
    ChangeFormat,
    Guard,
    Line,
    Resolved,
    Value,
    clean_count,
    clean_flag,
    clean_price,
    ensure_known_keys,
    exact,
    refuse,
)
from catalog.services.price_grid import margin_percent, price_at

Tiers = dict[str, str]

# What vendors take at most where no limit is given.
DEFAULT_MAX_QTY = 200_000
FULFILLERS_LISTS = (PriceList.PURCHASE.value, PriceList.RECOMMENDED.value)
RULES = ("order_max_qty", "tier_price_qty_only")


class _PriceFormat(ChangeFormat):
    lists: tuple[str, ...]
    # Whether a tier left out is lost.
    replaces = False

    def read(self, vendor: Vendor, *, sku: str = "", market: Market | None = None) -> Iterator[PriceData]:
        if market is not None:
            return read_market(as_able(vendor, HasMarkets), market, sku=sku)
        return as_able(vendor, ListsPrices).iter_prices(sku=sku)

    def current(self, data: PriceData) -> Value:
        value: Value = {"currency": data.currency, **{name: {} for name in PriceList.values}}
        for tier in data.tiers:
            value[tier.price_list][str(tier.quantity)] = exact(tier.price)
        return value | {
            "sku_fulfiller": data.sku_fulfiller,
            "order_min_qty": data.order_min_qty,
            "order_max_qty": data.order_max_qty,
            "tier_price_qty_only": data.tier_price_qty_only,
        }

    def join(self, old: Value, new: Value) -> Value:
        joined = old | new
        for name in self.lists:
            if name in old and name in new and not new.get("replace"):
                joined[name] = old[name] | new[name]
        return joined

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        lines = [line for name in self.lists for line in self._tier_lines(name, before, after)]
        if before.get("currency") != after["currency"]:
            lines.append(Line("currency", before.get("currency"), after["currency"]))
        return lines

    def _tier_lines(self, name: str, before: Value, after: Value) -> list[Line]:
        old, new = before.get(name, {}), after.get(name, {})
        quantities = old.keys() | new.keys() if self.replaces else new.keys()
        return [
            Line(f"{name}:{quantity}", old.get(quantity), new.get(quantity), is_price=True)
            for quantity in sorted(quantities, key=int)
            if _differ(old.get(quantity), new.get(quantity))
        ]


class SalesPriceFormat(_PriceFormat):
    """What a merchant sells for. Only the quantities given are changed, and none can be taken away."""

    ability = TakesSalesPrices
    lists = (PriceList.SALES.value,)

    def clean(self, requested: Value) -> Value:
        ensure_known_keys(requested, ("currency", "sales"))
        sales = clean_tiers(requested.get("sales"))
        if None in sales.values():
            raise refuse(_("A sales price cannot be removed, only changed."))
        return _with_currency({"sales": sales}, requested)

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        sales = {qty: price for qty, price in requested["sales"].items() if _differ(before["sales"].get(qty), price)}
        after = {"currency": requested.get("currency") or before["currency"], "sales": sales}
        guards = _currency_guards(before, after)
        if missing := [qty for qty in sales if before["purchase"] and qty not in before["purchase"]]:
            text = _("Quantities missing from the purchase prices: %(quantities)s.")
            guards.append(Guard("tier_not_offered", text % {"quantities": ", ".join(missing)}, blocking=False))
        return Resolved(after, guards=guards)

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesSalesPrices).update_sales_prices, rows)

    def row(self, change: Change) -> SalesPriceUpdate:
        return SalesPriceUpdate(
            sku=change.sku, currency=change.after["currency"], tiers=_as_tiers(change.after["sales"])
        )

    def restoring(self, before: Value) -> Value:
        return {"currency": before["currency"], "sales": before["sales"]}


class FulfillerPriceFormat(_PriceFormat):
    """What a fulfiller asks and recommends. Always sent complete: a tier left out is lost for good."""

    ability = TakesFulfillerPrices
    lists = FULFILLERS_LISTS
    replaces = True

    def clean(self, requested: Value) -> Value:
        ensure_known_keys(requested, ("currency", "replace", *self.lists, *RULES))
        cleaned: Value = {name: clean_tiers(requested[name]) for name in self.lists if name in requested}
        if requested.get("order_max_qty") is not None:
            cleaned["order_max_qty"] = clean_count(requested["order_max_qty"], name="order_max_qty", least=1)
        if "tier_price_qty_only" in requested:
            cleaned["tier_price_qty_only"] = clean_flag(requested["tier_price_qty_only"], name="tier_price_qty_only")
        if requested.get("replace"):
            cleaned["replace"] = True
        return _with_currency(cleaned, requested)

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        tier_only = bool(requested.get("tier_price_qty_only", before["tier_price_qty_only"]))
        default_max = None if tier_only else DEFAULT_MAX_QTY
        after: Value = {
            "currency": requested.get("currency") or before["currency"],
            **{name: self._merged(name, requested, before) for name in self.lists},
            "order_max_qty": requested.get("order_max_qty") or before["order_max_qty"] or default_max,
            "tier_price_qty_only": tier_only,
        }
        removals = [
            f"{name}:{quantity}"
            for name in self.lists
            for quantity in sorted(before[name].keys() - after[name].keys(), key=int)
        ]
        return Resolved(after, removals=removals, guards=[*_currency_guards(before, after), *_quantity_guards(after)])

    def _merged(self, name: str, requested: Value, before: Value) -> Tiers:
        given = requested.get(name)
        if given is None:
            return dict(before[name])
        merged = {} if requested.get("replace") else before[name]
        return {quantity: price for quantity, price in (merged | given).items() if price is not None}

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        # No limit of ours leaves it to the vendor, whatever it makes of that.
        given = [name for name in RULES if after[name] is not None]
        rules = [Line(name, before.get(name), after[name]) for name in given if before.get(name) != after[name]]
        return super().lines(before, after=after) + rules

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesFulfillerPrices).update_fulfiller_prices, rows)

    def row(self, change: Change) -> FulfillerPriceUpdate:
        after = change.after
        return FulfillerPriceUpdate(
            sku=change.sku,
            currency=after["currency"],
            purchase=_as_tiers(after["purchase"]),
            recommended=_as_tiers(after["recommended"]),
            order_max_qty=after["order_max_qty"],
            tier_price_qty_only=after["tier_price_qty_only"],
        )

    def restoring(self, before: Value) -> Value:
        return {name: before[name] for name in ("currency", *self.lists, *RULES)} | {"replace": True}


def clean_tiers(given: Any) -> dict[str, str | None]:
    """Return prices by quantity, None for "take it away". Raises InvalidInput."""
    if not isinstance(given, Mapping):
        raise refuse(_("Prices by quantity are missing."))
    tiers = {}
    for quantity, price in given.items():
        if not str(quantity).isdecimal() or not int(quantity):
            raise refuse(_("%(value)s is not a quantity.") % {"value": quantity})
        tiers[str(int(quantity))] = None if price is None else clean_price(price)
    return tiers


def decimals(tiers: Tiers) -> dict[int, Decimal]:
    """Return the tiers for reckoning."""
    return {int(quantity): Decimal(price) for quantity, price in tiers.items()}


def margin_after(line: Line, *, before: Value) -> Decimal | None:
    """Return what is left of a sales price that changes, in percent; None for other values."""
    name, _separator, quantity = line.key.partition(":")
    if name != PriceList.SALES or line.after is None or not before.get("purchase"):
        return None
    cost = price_at(decimals(before["purchase"]), int(quantity))
    return margin_percent(purchase=cost, sales=Decimal(line.after))


def _with_currency(cleaned: Value, requested: Value) -> Value:
    currency = requested.get("currency") or ""
    if currency and not (
        isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
    ):
        raise refuse(_("%(value)s is not a currency.") % {"value": currency})
    return cleaned | ({"currency": currency} if currency else {})


def _differ(one: str | None, other: str | None) -> bool:
    """Compare by value: 9.9 and 9.90 are the same price."""
    if one is None or other is None:
        return one is not other
    return Decimal(one) != Decimal(other)


def _as_tiers(tiers: Tiers) -> tuple[TierUpdate, ...]:
    return tuple(
        TierUpdate(quantity=int(quantity), price=Decimal(tiers[quantity])) for quantity in sorted(tiers, key=int)
    )


def _currency_guards(before: Value, after: Value) -> list[Guard]:
    if after["currency"] == before["currency"]:
        return []
    text = _("The vendor's prices are in %(held)s, not in %(given)s.")
    return [Guard("currency", text % {"held": before["currency"] or "?", "given": after["currency"]})]


def _quantity_guards(after: Value) -> list[Guard]:
    """Return what a vendor would refuse about the rules of quantities."""
    quantities = [int(quantity) for quantity in after["purchase"]]
    if not quantities:
        return [Guard("no_tiers", _("At least one purchase price is required."))]
    guards = []
    if extra := sorted(after["recommended"].keys() - after["purchase"].keys(), key=int):
        text = _("Recommended prices without a purchase price: %(quantities)s.")
        guards.append(Guard("recommended_only", text % {"quantities": ", ".join(extra)}, blocking=False))
    most, highest = after["order_max_qty"], max(quantities)
    if most is not None and (most < highest or (most == highest and not after["tier_price_qty_only"])):
        text = _("The maximum quantity %(most)d must be higher than the highest tier %(highest)d.")
        guards.append(Guard("max_qty", text % {"most": most, "highest": highest}))
    return guards
