"""Reading stock, prices and search texts by SKU. Mixed into the adapters.

Every list is read to its end or raises VendorError, and so does a row that cannot be read: what is missing in a
list must never look like "gone".
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from backoffice.vendors.abilities import ListsPrices, ListsStock
from backoffice.vendors.listing_messages import PriceData, SearchData, SearchTexts, StockData
from backoffice.vendors.mypromo import catalog_schemas as catalog
from backoffice.vendors.mypromo.catalog import shipping_country
from backoffice.vendors.mypromo.catalog_pages import as_object, price_tiers
from backoffice.vendors.mypromo.client import MypromoClient, Params
from backoffice.vendors.mypromo.paging import decode_row, none_found, read_rows
from backoffice.vendors.reading import flag, text

ROWS_PER_PAGE = 250


class _Stock(msgspec.Struct):
    managed: Any = None
    qty: int | None = None


class _Inventory(msgspec.Struct):
    sku: catalog.Sku
    sku_fulfiller: Any = None
    available: Any = None
    stock: _Stock | catalog.Nothing = None


class _Prices(msgspec.Struct):
    sku: catalog.Sku
    # Missing where a product has none (yet), as without an accepted contract.
    prices: catalog.PricesSchema | catalog.Nothing = None
    sku_fulfiller: Any = None
    rules: catalog.RulesSchema | catalog.Nothing = None


class _Seo(msgspec.Struct):
    sku: catalog.Sku
    defaults: SearchTexts | catalog.Nothing = None
    overwrites: SearchTexts | catalog.Nothing = None


T = TypeVar("T", _Inventory, _Prices, _Seo)


class StockAndPrices(ListsPrices, ListsStock):
    """`sku` narrows a list at the vendor; rows of other SKUs are left out, should the vendor ignore that."""

    client: MypromoClient

    def iter_stock(self, *, sku: str = "") -> Iterator[StockData]:
        for row in _read(self.client.inventory_page, _Inventory, sku=sku, params=self._params()):
            stock = as_object(row.stock, _Stock)
            yield StockData(
                sku=str(row.sku),
                sku_fulfiller=text(row.sku_fulfiller, most=100),
                available=flag(row.available),
                managed=flag(stock.managed),
                qty=stock.qty,
            )

    def iter_prices(self, *, sku: str = "") -> Iterator[PriceData]:
        for row in _read(self.client.prices_page, _Prices, sku=sku, params=self._params()):
            rules = as_object(row.rules, catalog.RulesSchema)
            prices = as_object(row.prices, catalog.PricesSchema)
            yield PriceData(
                sku=str(row.sku),
                sku_fulfiller=text(row.sku_fulfiller, most=100),
                currency=prices.currency or "",
                tiers=price_tiers(prices),
                order_min_qty=rules.order_min_qty or 1,
                order_max_qty=rules.order_max_qty,
                tier_price_qty_only=bool(rules.tier_price_qty_only),
            )

    def _params(self) -> Params:
        """Return no filter: a fulfiller's own lists take none."""
        return {}


class ListingsAbility(StockAndPrices):
    """What a merchant can list: of stock and prices, those of goods that ship from our own country."""

    def iter_search_texts(self, *, sku: str = "") -> Iterator[SearchData]:
        for row in _read(self.client.seo_page, _Seo, sku=sku, params={}):
            yield SearchData(
                sku=str(row.sku),
                defaults=as_object(row.defaults, SearchTexts),
                overwrites=as_object(row.overwrites, SearchTexts),
            )

    def _params(self) -> Params:
        return {"shipping_from": shipping_country()}


def _read(get: Callable[[Params], bytes], shape: type[T], *, sku: str, params: Params) -> Iterator[T]:
    get, params = (none_found(get), params | {"sku": sku}) if sku else (get, params)
    for raw in read_rows(get, params, per_page=ROWS_PER_PAGE, whole=True):
        row = decode_row(raw, shape)
        if not sku or str(row.sku) == sku:
            yield row
