"""A variant's tiers as people read them: one row per quantity, the price lists side by side, the margin between."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from backoffice.sight import may_see_purchase_prices
from catalog.models import PriceList, PriceTier
from catalog.services.orderable_variants import Tier


@dataclass(frozen=True)
class GridRow:
    """Net unit prices from `quantity` on; None where a list has no tier of its own at that quantity.

    `margin` is the share of the sales price that is left after the purchase price, in percent, with the prices that
    count at this quantity; None when one of them is missing or the sales price is zero.
    """

    quantity: int
    purchase: Decimal | None
    recommended: Decimal | None
    sales: Decimal | None
    margin: Decimal | None


def price_grid(tiers: Iterable[PriceTier | Tier]) -> list[GridRow]:
    """Return the rows by ascending quantity, without purchase prices and margins for who may not see them."""
    lists: dict[str, dict[int, Decimal]] = {name: {} for name in PriceList.values}
    for tier in tiers:
        lists[tier.price_list][tier.quantity] = tier.price
    if not may_see_purchase_prices():
        lists[PriceList.PURCHASE] = {}
    quantities = sorted({quantity for prices in lists.values() for quantity in prices})
    purchase, sales = lists[PriceList.PURCHASE], lists[PriceList.SALES]
    return [
        GridRow(
            quantity,
            purchase.get(quantity),
            lists[PriceList.RECOMMENDED].get(quantity),
            sales.get(quantity),
            margin_percent(purchase=price_at(purchase, quantity), sales=price_at(sales, quantity)),
        )
        for quantity in quantities
    ]


def price_at(prices: dict[int, Decimal], quantity: int) -> Decimal | None:
    """Return the price of the highest tier that the quantity reaches."""
    reached = [tier for tier in prices if tier <= quantity]
    return prices[max(reached)] if reached else None


def margin_percent(*, purchase: Decimal | None, sales: Decimal | None) -> Decimal | None:
    """Return the margin to one decimal; negative when the purchase price is higher."""
    if purchase is None or not sales:
        return None
    return ((sales - purchase) / sales * 100).quantize(Decimal("0.1"))
