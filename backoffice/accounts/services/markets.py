"""The markets of a shop: in which currency it sells where, and from where its goods are shipped.

Its own market is the first: its currency, for everybody, shipped as is usual at the vendor. Most shops have no other,
which their row says, so that they need no query.
"""

from collections.abc import Iterable
from typing import NamedTuple

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _


class Market(NamedTuple):
    """`shipping_from` is empty for what is usual at the vendor, and `countries` where it is for everybody else."""

    currency: str
    shipping_from: str = ""
    countries: tuple[str, ...] = ()

    @property
    def listing(self) -> tuple[str, str]:
        """Return what tells its prices from those of others."""
        return self.currency, self.shipping_from


def main_market(shop: Shop) -> Market:
    """Return the shop's own market."""
    return Market(shop.currency)


def markets_of(shop: Shop) -> list[Market]:
    """Return all markets of the shop, its own first. One query where it has others, else none."""
    rows = FurtherMarket.objects.filter(shop=shop).order_by("pk") if shop.has_further_markets else []
    return [main_market(shop), *(Market(row.currency, row.shipping_from, tuple(row.countries)) for row in rows)]


def find_market(shop: Shop, *, currency: str = "", country: str = "") -> Market | None:
    """Return the market that sells in that currency to that country: one that names the country comes before one that
    is for everybody. What is left out is the shop's own. None where there is no such market.
    """
    return choose_market(markets_of(shop), currency=currency, country=country)


def choose_market(markets: Iterable[Market], *, currency: str, country: str) -> Market | None:
    """Return of these what `find_market` would."""
    found = [market for market in markets if currency in ("", market.currency)]
    fitting = [market for market in found if country and country in market.countries]
    open_to_all = [market for market in found if not market.countries]
    return next(iter([*fitting, *open_to_all, *([] if country else found)]), None)


def get_market(shop: Shop, *, currency: str = "", country: str = "") -> Market:
    """Return what `find_market` does. Raise InvalidInput where there is no such market, naming those that there are."""
    market = find_market(shop, currency=currency, country=country)
    if market is None:
        text = why_no_market(shop, currency=currency, country=country)
        raise InvalidInput(text, errors={"currency": [text]})
    return market


def why_no_market(shop: Shop, *, currency: str, country: str) -> str:
    """Return why there is none."""
    markets = markets_of(shop)
    own = [market for market in markets if market.currency == currency]
    if own:
        sold = ", ".join(sorted({code for market in own for code in market.countries}))
        text = _("In %(currency)s the shop sells to %(countries)s, not to %(country)s.")
        return text % {"currency": currency, "countries": sold, "country": country}
    sold = ", ".join(dict.fromkeys(market.currency for market in markets))
    return _("The shop sells in %(currency)s, not in %(given)s.") % {"currency": sold, "given": currency}


def wanted_listings() -> set[tuple[str, str]]:
    """Return (currency, country that it ships from) of every market that any shop has."""
    own = {(currency, "") for currency in Shop.objects.values_list("currency", flat=True)}
    return own | set(FurtherMarket.objects.values_list("currency", "shipping_from"))
