"""Stock, prices and search texts by SKU, in our words. Prices are Decimal, net, per piece, in `currency`."""

from backoffice.vendors.catalog_messages import TierData
from backoffice.vendors.messages import Message


class StockData(Message, frozen=True):
    """`qty` is None where stock is not managed; `available` is None when the vendor does not say.

    For a merchant `available` means passed on to sales channels, for a fulfiller that it can be ordered.
    """

    sku: str
    available: bool | None = None
    managed: bool | None = None
    qty: int | None = None
    sku_fulfiller: str = ""


class PriceData(Message, frozen=True):
    """All tiers of a SKU. `tier_price_qty_only`: nothing but the tiers' quantities can be ordered."""

    sku: str
    currency: str
    tiers: tuple[TierData, ...] = ()
    order_min_qty: int = 1
    order_max_qty: int | None = None
    tier_price_qty_only: bool = False
    sku_fulfiller: str = ""


class SearchTexts(Message, frozen=True):
    """Texts of a product page; None is "not set", which differs from empty. Descriptions may be HTML."""

    product_name: str | None = None
    product_description: str | None = None
    product_description_short: str | None = None
    product_description_secondary: str | None = None
    meta_title: str | None = None
    meta_keywords: str | None = None
    meta_description: str | None = None


class SearchData(Message, frozen=True):
    """The vendor's texts and the merchant's own, which win where they are set."""

    sku: str
    defaults: SearchTexts
    overwrites: SearchTexts
