"""Products found while somebody types: with picture, price for the quantity, stock and margin."""

from decimal import Decimal
from typing import Any

from backoffice.accounts.models import Shop
from backoffice.accounts.services.markets import Market, find_market, main_market
from backoffice.amounts import money
from backoffice.sight import may_see_purchase_prices
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import vendors_with
from catalog.models import Variant
from catalog.services.market_prices import tiers_in_market
from catalog.services.orderable import can_sell, shown_variants
from catalog.services.orderable_variants import Tier
from catalog.services.quotes import Quote, find_cost, find_quote
from catalog.services.search import search_variants
from catalog.services.stock import find_left
from catalog.services.variant_users import Key

OFFERED = 12


def find_products(text: str, *, shop: Shop, quantity: int = 0, currency: str = "") -> list[dict[str, Any]]:
    """Return what is found by SKU, name or GTIN, as the page shows it: for that quantity, the smallest that can be
    ordered where it is less, in one of the shop's currencies; with what stands against ordering it. Four queries.
    """
    if not text:
        return []
    offered = Variant.objects.filter(shown_variants(), active=True, vendor__in=vendors_with(TakesDraftOrders))
    rows = search_variants(offered.order_by("pk"), text).prefetch_related("tiers", "availabilities")
    variants = list(rows[:OFFERED])
    left, market = find_left(variants), find_market(shop, currency=currency or shop.currency) or main_market(shop)
    tiers = tiers_in_market(variants, market)
    return [_shown(one, tiers[one.pk], left, shop=shop, market=market, quantity=quantity) for one in variants]


def _shown(
    variant: Variant, tiers: list[Tier], left: dict[Key, int], *, shop: Shop, market: Market, quantity: int
) -> dict[str, Any]:
    quantity = max(quantity, variant.order_min_qty, 1)
    quote = find_quote(variant, quantity=quantity, market=market, tiers=tiers)
    pieces = left.get((variant.vendor, variant.sku))
    return {
        "sku": variant.sku,
        "name": variant.name,
        "picture": variant.image_url,
        "quantity": quantity,
        "price": _price_text(quote) if quote else "",
        "margin": _margin_text(quote, find_cost(tiers, quantity=quote.quantity)) if quote else "",
        # As one would type it.
        "unit_price": f"{quote.unit_price.normalize():f}" if quote else "",
        "stock": "" if pieces is None else _("%(pieces)s in stock") % {"pieces": pieces},
        "refusal": can_sell(variant, left, shop=shop, market=market).reason,
    }


def _price_text(quote: Quote) -> str:
    params = {"price": money(quote.unit_price, quote.currency), "quantity": quote.quantity}
    return _("%(price)s from %(quantity)d") % params


def _margin_text(quote: Quote, cost: Decimal | None) -> str:
    """Return the margin of the pieces, empty while the vendor's price is not known in that currency, or not shown."""
    if cost is None or not quote.unit_price or not may_see_purchase_prices():
        return ""
    percent = round(100 * (quote.unit_price - cost) / quote.unit_price)
    return _("margin %(percent)d%%") % {"percent": percent}
