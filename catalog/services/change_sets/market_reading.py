"""Reading the prices of a market: from the catalogue as the vendor lists it there, since its list of prices has one
currency only.
"""

from collections.abc import Iterator

from backoffice.accounts.services.markets import Market
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import HasMarkets
from backoffice.vendors.catalog_messages import ListedProduct, UnreadableProduct, VariantData
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.listing_messages import PriceData


def read_market(vendor: HasMarkets, market: Market, *, sku: str = "") -> Iterator[PriceData]:
    """Return the prices of one SKU or of all, each once. Raise VendorError, also for what cannot be read and for prices
    in another currency than asked for: what is missing must never look like "gone", and no two currencies meet.
    """
    seen = set()
    pages = vendor.iter_market(
        language=vendor.languages[0], currency=market.currency, shipping_from=market.shipping_from, sku=sku
    )
    for page in pages:
        for problem in page.problems:
            raise VendorProtocolError(problem.text)
        for product in page.products:
            for variant in _variants(product):
                if variant.sku not in seen and sku in ("", variant.sku):
                    seen.add(variant.sku)
                    yield _prices(variant, market)


def _variants(product: ListedProduct) -> tuple[VariantData, ...]:
    try:
        return product.read().variants
    except UnreadableProduct as error:
        raise VendorProtocolError(error.problem.text) from error


def _prices(variant: VariantData, market: Market) -> PriceData:
    if variant.tiers and variant.currency != market.currency:
        text = _("%(sku)s: the vendor returned prices in %(given)s, not in %(asked)s.")
        raise VendorProtocolError(text % {"sku": variant.sku, "given": variant.currency, "asked": market.currency})
    return PriceData(
        sku=variant.sku,
        currency=market.currency if variant.tiers else "",
        tiers=variant.tiers,
        order_min_qty=variant.order_min_qty,
        order_max_qty=variant.order_max_qty,
        tier_price_qty_only=variant.tier_price_qty_only,
    )
