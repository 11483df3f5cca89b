"""The guards of prices: what must not leave without somebody saying so, with a reason that is kept."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from django.utils.formats import get_format
from django.utils.translation import pgettext

from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import register_speller, spelled
from catalog.models import ChangeKind, PriceList
from catalog.services.change_sets.prices import FULFILLERS_LISTS, decimals
from catalog.services.change_sets.rules import Limits
from catalog.services.change_sets.values import Guard, Line, Value
from catalog.services.price_grid import margin_percent, price_at

SHOWN = 5


def price_guards(kind: str, *, before: Value, after: Value, lines: list[Line], limits: Limits) -> list[Guard]:
    """Return what stands against a row's prices, in a shop's figures. Empty for kinds without prices."""
    if kind == ChangeKind.SALES_PRICES:
        # Other tiers stay as they are, and count: a margin is not safe because nobody touched it.
        sales = decimals(before["sales"] | after["sales"])
        guards = [*_margin_guards(sales, decimals(before["purchase"]), limits), *_slope_guards(PriceList.SALES, sales)]
    elif kind == ChangeKind.FULFILLER_PRICES:
        guards = [guard for name in FULFILLERS_LISTS for guard in _slope_guards(name, decimals(after[name]))]
    else:
        return []
    return [*guards, *_move_guards(lines, limits)]


def _margin_guards(sales: dict[int, Decimal], purchase: dict[int, Decimal], limits: Limits) -> Iterator[Guard]:
    """Look at every quantity where either price changes, with the prices that count there."""
    loss, thin = [], []
    for quantity in sorted(sales.keys() | purchase.keys()):
        price, cost = price_at(sales, quantity), price_at(purchase, quantity)
        if price is None or cost is None:
            continue
        margin = margin_percent(purchase=cost, sales=price)
        if price < cost:
            loss.append(f"{quantity}: {price} < {cost}")
        elif limits.margin_floor is not None and (margin is None or margin < limits.margin_floor):
            thin.append(f"{quantity}: {margin} %")
    if loss:
        text = _("Below the purchase price (%(tiers)s).") % {"tiers": _some(loss)}
        yield Guard("below_purchase", text, overridable=True)
    if thin:
        text = _("The margin is below %(floor)s%% (%(tiers)s).")
        yield Guard("below_floor", text % {"floor": limits.margin_floor, "tiers": _some(thin)}, overridable=True)


def _slope_guards(price_list: str, prices: dict[int, Decimal]) -> Iterator[Guard]:
    """Flag what is dearer a piece for who buys more; it happens on purpose, so it blocks nothing."""
    quantities = sorted(prices)
    dearer = [
        f"{more}: {prices[more]} > {prices[fewer]}"
        for fewer, more in pairwise(quantities)
        if prices[more] > prices[fewer]
    ]
    if dearer:
        text = _("The price rises with quantity, %(list)s (%(tiers)s).")
        params = {"list": spelled("price_list", price_list), "tiers": _some(dearer)}
        yield Guard("dearer_with_quantity", text % params, blocking=False)


def _move_guards(lines: list[Line], limits: Limits) -> Iterator[Guard]:
    if limits.largest_move is None:
        return
    far = [
        f"{line.key}: {line.move:+} %"
        for line in lines
        if line.move is not None and abs(line.move) > limits.largest_move
    ]
    if far:
        text = _("Changes by more than %(most)s%% (%(tiers)s).")
        yield Guard("move_too_large", text % {"most": limits.largest_move, "tiers": _some(far)}, overridable=True)


def _some(found: list[str]) -> str:
    return spelled("tiers", ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else ""))


def _in_own_notation(tiers: str) -> str:
    """Return "50: 0.01 < 14.99, 100: -2.5 %" with the reader's decimals and percent sign."""
    sign = pgettext("percent", "%(number)s%%") % {"number": ""}
    return tiers.replace(".", str(get_format("DECIMAL_SEPARATOR"))).replace(" %", sign)


register_speller("tiers", _in_own_notation)
register_speller("price_list", lambda name: str(PriceList(name).label))
