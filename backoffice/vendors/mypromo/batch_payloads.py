"""From our words to mypromo's: the bodies of the batches of prices, stock, channels and search texts."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockUpdate,
    SyncUpdate,
    TierUpdate,
)


def sales_prices(row: SalesPriceUpdate, *, key: str) -> dict[str, Any]:
    """Return a row; `key` names the list: "retail_prices" in the document, "sales_prices" in a model of the SDK."""
    return {"sku": row.sku, "prices": {"currency": row.currency, key: _tiers(row.tiers)}}


def fulfiller_prices(row: FulfillerPriceUpdate) -> dict[str, Any]:
    """Return a row without the least quantity: mypromo takes the lowest tier."""
    rules = {} if row.order_max_qty is None else {"order_max_qty": row.order_max_qty}
    return {
        **_name(row),
        "rules": {**rules, "tier_price_qty_only": row.tier_price_qty_only},
        "prices": {
            "currency": row.currency,
            "buying_prices": _tiers(row.purchase),
            "recommended_retail_prices": _tiers(row.recommended),
        },
    }


def stock(row: StockUpdate) -> dict[str, Any]:
    payload: dict[str, Any] = _name(row)
    if row.available is not None:
        payload["available"] = row.available
    if row.stock is not None:
        level = row.stock
        payload["stock"] = {"managed": level.managed, "is_in_stock": level.in_stock, "qty": level.qty}
    return payload


def sync(row: SyncUpdate) -> dict[str, Any]:
    return {"sku": row.sku, "available": row.available}


def search_texts(row: SearchTextUpdate) -> dict[str, Any]:
    """Return all seven texts or none: the document does not say what becomes of one that is left out."""
    return {"sku": row.sku, "overwrites": row.overwrites and msgspec.structs.asdict(row.overwrites)}


def _name(row: FulfillerPriceUpdate | StockUpdate) -> dict[str, str]:
    return {"sku": row.sku} if row.sku else {"sku_fulfiller": row.sku_fulfiller}


def _tiers(tiers: Iterable[TierUpdate]) -> list[dict[str, int | Decimal]]:
    ascending = sorted(tiers, key=lambda tier: tier.quantity)
    return [{"qty": tier.quantity, "price": _float(tier.price)} for tier in ascending]


def _float(price: Decimal) -> Decimal:
    """Return the price with a decimal point: mypromo may refuse a whole number as "not a float"."""
    exponent = price.as_tuple().exponent
    return price if isinstance(exponent, int) and exponent < 0 else price.quantize(Decimal("0.1"))
