"""What the entries of a PATCH may say: prices, stock and SEO texts, in the document's words where it has any.

Each check returns the values to be applied later as plain JSON, or raises `Wrong` with the text of the refusal.
"""

import math
from collections.abc import Callable, Collection
from typing import Any

from backoffice.sandbox.mypromo.catalog import Variant
from backoffice.sandbox.mypromo.catalog_prices import DEFAULT_MAX_QTY, RATES, purchase_tiers
from backoffice.sandbox.options import Options

SEO_FIELDS = (
    "product_name",
    "product_description",
    "product_description_short",
    "product_description_secondary",
    "meta_title",
    "meta_keywords",
    "meta_description",
)

Entry = dict[str, Any]
Check = Callable[[Entry, Variant, Options], Entry]


class Wrong(Exception):
    """An entry breaks a rule; the text is what mypromo answers."""


def check_merchant_stock(entry: Entry, variant: Variant, options: Options) -> Entry:
    """Take `available`, a merchant's word on its sales channels."""
    return {"available": _flag(entry, "available")}


def check_fulfiller_stock(entry: Entry, variant: Variant, options: Options) -> Entry:
    """Take `available` (can be ordered), `stock`, or both; what is left out stays."""
    values: Entry = {}
    if "available" in entry:
        values["active"] = _flag(entry, "available")
    if "stock" in entry:
        values["stock"] = _stock(entry["stock"])
    if not values:
        raise Wrong("No availability or stock specified.")
    return values


def check_merchant_prices(entry: Entry, variant: Variant, options: Options) -> Entry:
    """Take sales prices of quantities that the fulfiller offers; other quantities stay as they are."""
    prices = _prices(entry, currencies=RATES)
    given = [prices[name] for name in options.merchant_price_names if name in prices]
    if not given:
        raise Wrong(f"Invalid price. No {options.merchant_price_names[0]} specified.")
    tiers = _tiers(given[0], options)
    offered = {qty for qty, _ in purchase_tiers(variant)}
    for qty, _ in tiers:
        if qty not in offered:
            raise Wrong(f"Invalid quantity. The product is not offered in a quantity of {qty}.")
    currency = prices["currency"]
    return {"sales": tiers} if currency == "EUR" else {"sales_in": {currency: tiers}}


def check_fulfiller_prices(entry: Entry, variant: Variant, options: Options) -> Entry:
    """Take purchase and recommended prices and the rules; together they replace everything."""
    prices = _prices(entry)
    purchase = _tiers(prices.get("buying_prices"), options)
    recommended = _tiers(prices.get("recommended_retail_prices") or [], options)
    quantities = [qty for qty, _ in purchase]
    if not quantities:
        raise Wrong("Invalid price. No buying_prices specified.")
    if not {qty for qty, _ in recommended} <= set(quantities):
        raise Wrong("Invalid quantity. There is no buying price for a recommended retail price.")
    tier_only, most = _rules(entry.get("rules"), highest=quantities[-1])
    return {
        "purchase": purchase,
        "recommended": recommended,
        "quantities": quantities,
        "tier_only": tier_only,
        "max_qty": most,
    }


def check_seo(entry: Entry, variant: Variant, options: Options) -> Entry:
    """Take texts laid over the defaults: null for one text is its default, null for all of them resets everything."""
    if "overwrites" not in entry:
        raise Wrong("No overwrites specified.")
    overwrites = entry["overwrites"]
    if overwrites is None:
        return {"overwrites": None}
    if not isinstance(overwrites, dict) or not overwrites:
        raise Wrong("No overwrites specified.")
    for name, text in overwrites.items():
        if name not in SEO_FIELDS:
            raise Wrong(f"Invalid property {name}.")
        if text is not None and not isinstance(text, str):
            raise Wrong(f"Invalid {name}. Not a string.")
    return {"overwrites": overwrites}


def _flag(entry: Entry, name: str) -> bool:
    value = entry.get(name)
    if not isinstance(value, bool):
        raise Wrong(f"Invalid {name}. Not a boolean.")
    return value


def _stock(stock: Any) -> int | None:
    """Return the quantity, None when it is not managed; `is_in_stock` is never read back."""
    if not isinstance(stock, dict):
        raise Wrong("Invalid stock.")
    managed, qty = _flag(stock, "managed"), stock.get("qty")
    if "is_in_stock" in stock:
        _flag(stock, "is_in_stock")
    if not managed:
        return None
    if isinstance(qty, bool) or not isinstance(qty, int):
        raise Wrong("Invalid stock. Not an integer.")
    if qty < 0:
        raise Wrong("Invalid stock. Stock cant be negative.")
    return qty


def _prices(entry: Entry, *, currencies: Collection[str] = ("EUR",)) -> Entry:
    prices = entry.get("prices")
    if not isinstance(prices, dict):
        raise Wrong("Invalid price. No prices specified.")
    if prices.get("currency") not in currencies:
        raise Wrong("Invalid currency.")
    return prices


def _tiers(rows: Any, options: Options) -> list[list[Any]]:
    """Return pairs of quantity and price by rising quantity."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Wrong("Invalid price. Not a list of quantities and prices.")
    tiers = sorted([_quantity(row.get("qty")), _price(row.get("price"), options)] for row in rows)
    if len({qty for qty, _ in tiers}) < len(tiers):
        raise Wrong("Invalid quantity. Given more than once.")
    return tiers


def _quantity(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Wrong("Invalid quantity. Not a positive integer.")
    return value


def _price(value: Any, options: Options) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Wrong("Invalid price. Not a float.")
    if value < 0:
        raise Wrong("Invalid price. Price cant be negative.")
    return round(value, options.price_digits) if options.price_digits >= 0 else value


def _rules(rules: Any, *, highest: int) -> tuple[bool, int]:
    """Return whether only tiers can be ordered, and the largest quantity.

    The document says "if false" twice; the second is read as "if true".
    """
    if rules is None:
        return False, DEFAULT_MAX_QTY
    if not isinstance(rules, dict):
        raise Wrong("Invalid rules.")
    tier_only = _flag(rules, "tier_price_qty_only") if "tier_price_qty_only" in rules else False
    most = rules.get("order_max_qty")
    if most is None:
        return tier_only, highest if tier_only else DEFAULT_MAX_QTY
    if isinstance(most, bool) or not isinstance(most, int):
        raise Wrong("Invalid order_max_qty. Not an integer.")
    if most < highest or (most == highest and not tier_only):
        raise Wrong("Invalid order_max_qty. It has to be higher than the highest quantity.")
    return tier_only, most
