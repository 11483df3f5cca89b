"""Applies the entries of a job to the catalogue and writes each into the ledger."""

from typing import Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.catalog_prices import price_list, purchase_tiers, recommended_tiers, rules, sales_tiers
from backoffice.sandbox.mypromo.catalog_views import overwrites
from backoffice.sandbox.mypromo.order_store import OrderStore

GONE = "The product does not exist any more."


class Holdings:
    """What mypromo holds of prices, stock and texts. Whoever applies something holds the store's lock."""

    def __init__(self, *, catalogue: Catalogue, store: OrderStore) -> None:
        self._catalogue = catalogue
        self._store = store

    def apply(self, values: dict[str, Any], *, sku: str, kind: str, account: str, is_fulfiller: bool) -> str | None:
        """Make checked values true for a SKU; return why that is impossible, or None."""
        variant = self._catalogue.find(sku, merchant="" if is_fulfiller else account)
        if variant is None:
            return GONE
        now = iso(self._store.now())
        if is_fulfiller:
            self._catalogue.change(sku, **values, updated_at=now)
            if "quantities" in values:
                self._catalogue.drop_sales(sku, kept=values["quantities"])
        else:
            self._catalogue.change_own(sku, merchant=account, **_merged(variant, values), updated_at=now)
        self._store.ledger.note("value", at=now, kind=kind, sku=sku, client=account, values=values)
        return None

    def values(self, sku: str, *, merchant: str) -> dict[str, Any]:
        """Return everything held about a SKU, with one merchant's own part. Raises KeyError."""
        variant = self._catalogue.find(sku, merchant=merchant)
        if variant is None:
            raise KeyError(sku)
        return {
            "purchase_prices": price_list(purchase_tiers(variant)),
            "recommended_retail_prices": price_list(recommended_tiers(variant)),
            "sales_prices": price_list(sales_tiers(variant)),
            "rules": rules(variant),
            "active": variant.active,
            "available": variant.available,
            "stock": variant.stock,
            "overwrites": overwrites(variant),
        }


def _merged(variant: Variant, values: dict[str, Any]) -> dict[str, Any]:
    """Return a merchant's facts: given quantities and texts go over those already held."""
    if "sales" in values:
        held: dict[int, float] = dict(variant.sales or [])  # type: ignore[arg-type]
        return {"sales": sorted([qty, price] for qty, price in (held | dict(values["sales"])).items())}
    if "sales_in" in values:
        held_in = {currency: dict(tiers) for currency, tiers in (variant.sales_in or {}).items()}
        for currency, tiers in values["sales_in"].items():
            held_in[currency] = held_in.get(currency, {}) | dict(tiers)
        return {"sales_in": {name: sorted([qty, price] for qty, price in held_in[name].items()) for name in held_in}}
    if "overwrites" in values:
        texts = {} if values["overwrites"] is None else overwrites(variant) | values["overwrites"]
        return {"overwrites": texts, "overwritten": any(text is not None for text in texts.values())}
    return values
