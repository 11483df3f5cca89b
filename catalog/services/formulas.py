"""Formulas for prices of many SKUs at once: pure reckoning on Decimals, with a preview before anything is stored."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from catalog.models import PriceList
from catalog.services.change_sets.prices import decimals
from catalog.services.change_sets.values import Value, exact
from catalog.services.price_grid import margin_percent, price_at

CENT = Decimal("0.01")


@dataclass(frozen=True)
class TierPrices:
    """What a tier has now: net, per piece; None where a list has no price that counts at the quantity."""

    quantity: int
    purchase: Decimal | None
    recommended: Decimal | None
    sales: Decimal | None


@dataclass(frozen=True)
class FormulaPreview:
    """What a formula would make of one tier."""

    sku: str
    quantity: int
    before: Decimal | None
    after: Decimal
    margin: Decimal | None


# A price for a tier, None where the formula has nothing to reckon with: that tier stays as it is.
Formula = Callable[[TierPrices], Decimal | None]


def plus_percent(percent: Decimal) -> Formula:
    """Return the sales price moved by so many percent, to the cent; below -100 there is no price."""
    return _moved(lambda prices: prices.sales, percent)


def from_recommended(percent: Decimal = Decimal(0)) -> Formula:
    """Return the recommended price, moved by so many percent."""
    return _moved(lambda prices: prices.recommended, percent)


def with_margin(percent: Decimal) -> Formula:
    """Return the price of which so many percent are left after the purchase price; rounded up, so never less."""
    if percent >= 100:
        raise ValueError(f"no price has a margin of {percent} %")

    def formula(prices: TierPrices) -> Decimal | None:
        if prices.purchase is None:
            return None
        return (prices.purchase * 100 / (100 - percent)).quantize(CENT, ROUND_CEILING)

    return formula


def rounded_to(ending: Decimal, formula: Formula) -> Formula:
    """Return another formula's result raised to the next price that ends so (0.95, 0.99): 9.96 becomes 9.99, 10.95.

    Prices below 1 stay: there the ending would be a multiple of the price.
    """
    if not 0 <= ending < 1:
        raise ValueError(f"{ending} is no ending of a price")

    def rounded(prices: TierPrices) -> Decimal | None:
        price = formula(prices)
        if price is None or price < 1:
            return price
        whole = (price - ending).to_integral_value(ROUND_CEILING)
        return (whole + ending).quantize(CENT)

    return rounded


def tiers_of(value: Value) -> list[TierPrices]:
    """Return the tiers that a product is sold in, from a vendor's value (`change_sets.prices`: before)."""
    purchase, recommended, sales = (decimals(value.get(name, {})) for name in PriceList.values)
    return [
        TierPrices(quantity, price_at(purchase, quantity), price_at(recommended, quantity), price_at(sales, quantity))
        for quantity in sorted(sales.keys() | purchase.keys())
    ]


def preview(formula: Formula, *, sku: str, tiers: Iterable[TierPrices]) -> list[FormulaPreview]:
    """Return the tiers that the formula changes."""
    found = []
    for prices in tiers:
        after = formula(prices)
        if after is not None and after != prices.sales:
            margin = margin_percent(purchase=prices.purchase, sales=after)
            found.append(FormulaPreview(sku, prices.quantity, prices.sales, after, margin))
    return found


def as_request(previews: Iterable[FormulaPreview]) -> Value:
    """Return what `make_change_set` takes for one SKU."""
    return {"sales": {str(row.quantity): exact(row.after) for row in previews}}


def _moved(base: Formula, percent: Decimal) -> Formula:
    if percent <= -100:
        raise ValueError(f"{percent} % leaves no price")

    def formula(prices: TierPrices) -> Decimal | None:
        price = base(prices)
        return None if price is None else _rounded(price * (100 + percent) / 100)

    return formula


def _rounded(price: Decimal) -> Decimal:
    """Round to the cent; prices below one keep the four digits that they are quoted with."""
    return price.quantize(CENT if price >= 1 else Decimal("0.0001"), ROUND_HALF_UP)
