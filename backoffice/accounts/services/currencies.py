"""Which currency a shop can be given: one that it can sell in. Apps above that know prices register themselves in
`<app>/price_lists.py`.
"""

from collections.abc import Callable

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import CURRENCIES

# Return the currencies that there are prices in.
Finder = Callable[[], set[str]]

_FINDERS: list[Finder] = []


def register_price_lists(finder: Finder) -> None:
    """Register the function that returns the currencies of our price lists."""
    _FINDERS.append(finder)


def ensure_sellable(currency: str, *, prices_come_with_products: bool = False) -> None:
    """Raise InvalidInput unless a new shop can sell in the currency: by ISO 4217, and with prices in it.

    Before the first synchronisation there are no prices at all: then any will do. So it will where shoppers design
    products whose prices come with them.
    """
    if currency not in CURRENCIES:
        text = _("%(currency)s is not an ISO 4217 currency code.") % {"currency": currency}
        raise InvalidInput(text, errors={"currency": [text]})
    priced = set().union(*(finder() for finder in _FINDERS))
    if priced and currency not in priced and not prices_come_with_products:
        text = _("Prices exist only in %(priced)s: a shop in %(currency)s would have nothing to sell.")
        text %= {"priced": ", ".join(sorted(priced)), "currency": currency}
        raise InvalidInput(text, errors={"currency": [text]})
