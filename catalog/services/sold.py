"""Which products a shop has sold: only those can have reviews. Apps above that know of sales register themselves."""

from collections.abc import Callable, Iterator

from backoffice.accounts.models import Shop

# Return at most `limit` numbers of products, as vendors are told them, above `after`, lowest first.
Finder = Callable[[Shop, int, int], list[int]]

_FINDERS: list[Finder] = []
register_sold = _FINDERS.append
_STEP = 200


def iter_sold(shop: Shop, *, after: int) -> Iterator[int]:
    """Return numbers of the products that the shop has sold, above `after`, lowest first; a query for some hundred."""
    while numbers := sorted({number for finder in _FINDERS for number in finder(shop, after, _STEP)})[:_STEP]:
        yield from numbers
        after = numbers[-1]
