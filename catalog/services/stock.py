"""How much of a variant there is, where its vendor counts it, and how much of that can still be sold.

What open orders take of it only the apps above know: they register themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from catalog.models import Availability, Variant
from catalog.services.variant_users import Key


class Stock(NamedTuple):
    """Pieces as last reported, of all fulfillers that offer the variant to us. A line is made by one of them, so no
    line can be larger than the `largest` stock; all lines share what there is `together`.
    """

    largest: int
    together: int

    def left(self, taken: int) -> int:
        """Return how large a line can be when others take so many pieces."""
        return max(0, min(self.largest, self.together - taken))


# Return the pieces that open orders take of each stock, given when it was read. Keys without any may be missing.
Finder = Callable[[Mapping[Key, datetime]], Mapping[Key, int]]

_FINDERS: list[Finder] = []
register_stock_takers = _FINDERS.append


def read_stock(offers: Iterable[Availability]) -> Stock | None:
    """Return the stock of a variant with these offers; None where somebody makes it without counting."""
    stocks = [offer.stock_qty if offer.stock_managed else None for offer in offers if offer.is_ours]
    counted = [quantity for quantity in stocks if quantity is not None]
    if not counted or len(counted) < len(stocks):
        return None
    return Stock(max(counted), sum(counted))


def find_left(variants: Iterable[Variant]) -> dict[Key, int]:
    """Return how large a line each variant has stock for; those that are not counted are missing.

    Reads the availabilities unless they are prefetched, and what open orders take at once for all.
    """
    stocks: dict[Key, Stock] = {}
    read_at: dict[Key, datetime] = {}
    for variant in variants:
        if (stock := read_stock(variant.availabilities.all())) is not None:
            stocks[variant.vendor, variant.sku] = stock
            read_at[variant.vendor, variant.sku] = variant.changed_at
    taken = [finder(read_at) for finder in _FINDERS] if read_at else []
    return {key: stock.left(sum(found.get(key, 0) for found in taken)) for key, stock in stocks.items()}
