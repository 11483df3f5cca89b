"""Tiers of the three price lists: generated ones, and those a fulfiller or merchant wrote over them.

A written price is given back as it came: a JSON number of up to 15 significant digits is unchanged.
"""

from collections.abc import Iterable
from typing import Any

from backoffice.sandbox.mypromo.catalog import Variant

RATES = {"EUR": 1.0, "USD": 1.08, "GBP": 0.86, "CHF": 0.95}
DEFAULT_MAX_QTY = 200_000
_DISCOUNTS = (1.0, 0.87, 0.76, 0.68, 0.61)
_RECOMMENDED = 2.2  # what the fulfillers recommend, as a multiple of the purchase price

Tier = tuple[int, float]  # quantity from which, and price of one piece in EUR, net


def purchase_tiers(variant: Variant) -> list[Tier]:
    """Return what the merchant pays the fulfiller."""
    return _given(variant.purchase) if variant.purchase is not None else _generated(variant, 1.0)


def recommended_tiers(variant: Variant) -> list[Tier]:
    """Return the fulfiller's recommended retail prices; some products have none."""
    if variant.recommended is not None:
        return _given(variant.recommended)
    return _generated(variant, _RECOMMENDED) if variant.id % 13 != 4 else []


def sales_tiers(variant: Variant) -> list[Tier]:
    """Return the merchant's own prices for the quantities that the fulfiller offers."""
    written = dict(_given(variant.sales or []))
    return [(qty, written.get(qty, price)) for qty, price in _usual_sales(variant)]


def sales_list(variant: Variant, *, currency: str) -> list[dict[str, Any]]:
    """Write the merchant's prices in a currency: what was written in it over what the others come to."""
    written = dict(_given((variant.sales_in or {}).get(currency, [])))
    rows = price_list(sales_tiers(variant), currency=currency)
    return [row | {"price": written.get(row["qty"], row["price"])} for row in rows]


def rules(variant: Variant) -> dict[str, Any]:
    """Write the rules of quantities."""
    return {
        "order_min_qty": variant.quantities[0],
        "order_max_qty": variant.max_qty,
        "tier_price_qty_only": variant.tier_only,
    }


def price_list(tiers: Iterable[Tier], *, currency: str = "EUR") -> list[dict[str, Any]]:
    """Write tiers in a currency; small prices have four digits."""
    rate = RATES[currency]
    return [{"qty": qty, "price": price if rate == 1 else _rounded(price * rate)} for qty, price in tiers]


def _usual_sales(variant: Variant) -> list[Tier]:
    if variant.purchase is None:
        return _generated(variant, variant.markup)
    recommended = dict(recommended_tiers(variant))
    return [(qty, recommended.get(qty, _rounded(price * variant.markup))) for qty, price in purchase_tiers(variant)]


def _generated(variant: Variant, factor: float) -> list[Tier]:
    values = (variant.price * factor * discount for discount in _DISCOUNTS)
    return [(qty, _rounded(value)) for qty, value in zip(variant.quantities, values, strict=False)]


def _given(pairs: Iterable[Iterable[Any]]) -> list[Tier]:
    # a state file turns tuples into lists
    return [(qty, price) for qty, price in pairs]


def _rounded(value: float) -> float:
    return round(value, 2 if value >= 1 else 4)
