"""The markets whose prices are edited apart: in another currency, or of goods from another country, than a vendor
usually lists.

`None` stands for its usual listing. Prices of two markets never meet: neither in a grid, nor in a table or change set.
"""

from backoffice.accounts.services.markets import Market, wanted_listings
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import HasMarkets
from backoffice.vendors.registry import has_ability, vendor_type
from catalog.models import ChangeKind
from catalog.models.of_market import OfMarket


def price_markets(vendor: str, *, kind: str = ChangeKind.SALES_PRICES) -> list[Market]:
    """Return what shops want of the vendor's prices beside its usual listing. Two queries, none for kinds of
    values that no market has of its own.
    """
    if kind != ChangeKind.SALES_PRICES or not has_ability(vendor, HasMarkets):
        return []
    return [Market(*listing) for listing in sorted(wanted_listings() - {(listing_currency(vendor), "")})]


def listing_currency(vendor: str) -> str:
    """Return the currency of the vendor's usual listing; empty for one without markets."""
    return vendor_type(vendor, HasMarkets).LISTING_CURRENCY if has_ability(vendor, HasMarkets) else ""


def market_key(market: Market | None) -> str:
    """Return what names the market in addresses and forms: "USD", or "USD-US" for goods from there."""
    return "" if market is None else "-".join(filter(None, market.listing))


def get_price_market(vendor: str, key: str, *, kind: str = ChangeKind.SALES_PRICES) -> Market | None:
    """Return the market of that key, None for the usual listing. Raise InvalidInput where there is no such market."""
    if not key:
        return None
    for market in price_markets(vendor, kind=kind):
        if market_key(market) == key:
            return market
    text = _("No shop sells in the market %(market)s.") % {"market": key[:20]}
    raise InvalidInput(text, errors={"market": [text]})


def market_of(row: OfMarket) -> Market | None:
    """Return the market that the row is about."""
    return Market(row.currency, row.shipping_from) if row.currency else None
