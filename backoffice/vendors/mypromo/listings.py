"""Reading stock, prices and search texts by SKU. Mixed into the adapters.

Every list is read to its end or raises VendorError, and so does a row that cannot be read: what is missing in a
list must never look like "gone".
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

import msgspec
from django.conf import settings

from backoffice.vendors.abilities import ListsPrices, ListsStock
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.listing_messages import PriceData, SearchData, SearchTexts, StockData
from backoffice.vendors.mypromo import catalog_schemas as catalog
from backoffice.vendors.mypromo.catalog import THEIR_COUNTRY_CODES
from backoffice.vendors.mypromo.catalog_pages import price_tiers
from backoffice.vendors.mypromo.client import MypromoClient, Params
from backoffice.vendors.mypromo.paging import none_found, read_rows
from backoffice.vendors.reading import flag, text

ROWS_PER_PAGE = 250
_Number = Annotated[int, msgspec.Meta(ge=0)]
Sku = _Number | Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
# PHP writes an empty object as [].
Nothing = list[Any] | None


class _Stock(msgspec.Struct):
    managed: Any = None
    qty: int | None = None


class _Inventory(msgspec.Struct):
    sku: Sku
    sku_fulfiller: Any = None
    available: Any = None
    stock: _Stock | Nothing = None


class _Prices(msgspec.Struct):
    sku: Sku
    # Missing where a product has none (yet), as without an accepted contract.
    prices: catalog.PricesSchema | Nothing = None
    sku_fulfiller: Any = None
    rules: catalog.RulesSchema | Nothing = None


class _Seo(msgspec.Struct):
    sku: Sku
    defaults: SearchTexts | Nothing = None
    overwrites: SearchTexts | Nothing = None


T = TypeVar("T", _Inventory, _Prices, _Seo)


class StockAndPrices(ListsPrices, ListsStock):
    """`sku` narrows a list at the vendor; rows of other SKUs are left out, should the vendor ignore that."""

    client: MypromoClient

    def iter_stock(self, *, sku: str = "") -> Iterator[StockData]:
        for row in _read(self.client.inventory_page, _Inventory, sku=sku, params=self._params()):
            stock = row.stock if isinstance(row.stock, _Stock) else _Stock()
            yield StockData(
                sku=str(row.sku),
                sku_fulfiller=text(row.sku_fulfiller, most=100),
                available=flag(row.available),
                managed=flag(stock.managed),
                qty=stock.qty,
            )

    def iter_prices(self, *, sku: str = "") -> Iterator[PriceData]:
        for row in _read(self.client.prices_page, _Prices, sku=sku, params=self._params()):
            rules = row.rules if isinstance(row.rules, catalog.RulesSchema) else catalog.RulesSchema()
            prices = row.prices if isinstance(row.prices, catalog.PricesSchema) else catalog.PricesSchema()
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
        """Return a fulfiller's own lists take no other filter."""
        return {}


class ListingsAbility(StockAndPrices):
    """What a merchant can list: of stock and prices, those of goods that ship from our own country."""

    def iter_search_texts(self, *, sku: str = "") -> Iterator[SearchData]:
        for row in _read(self.client.seo_page, _Seo, sku=sku, params={}):
            yield SearchData(sku=str(row.sku), defaults=_texts(row.defaults), overwrites=_texts(row.overwrites))

    def _params(self) -> Params:
        country = settings.MYPROMO_SHIPPING_FROM.upper()
        return {"shipping_from": THEIR_COUNTRY_CODES.get(country, country)}


def _read(get: Callable[[Params], bytes], shape: type[T], *, sku: str, params: Params) -> Iterator[T]:
    get, params = (none_found(get), params | {"sku": sku}) if sku else (get, params)
    for raw in read_rows(get, params, per_page=ROWS_PER_PAGE, whole=True):
        row = _decode(raw, shape)
        if not sku or str(row.sku) == sku:
            yield row


def _decode(raw: msgspec.Raw, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape, strict=False)
    except (ValueError, RecursionError) as error:
        raise VendorProtocolError(f"A row of mypromo's list cannot be read: {error}") from error


def _texts(texts: SearchTexts | Nothing) -> SearchTexts:
    return texts if isinstance(texts, SearchTexts) else SearchTexts()
