"""What a quantity of a variant costs, and which quantities there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from backoffice.accounts.services.markets import Market
from backoffice.errors import DomainError, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from catalog.models import PriceList, PriceTier, Variant
from catalog.services.market_prices import is_at_home, tiers_in_market
from catalog.services.orderable_variants import OrderableVariant, Tier

AnyTier = TypeVar("AnyTier", Tier, PriceTier)


@dataclass(frozen=True)
class Quote:
    """A price for a quantity; net, in the currency that was asked for; the total has its decimal places.

    `next_tier` is the quantity from which it is cheaper.
    """

    quantity: int
    price_list: PriceList
    unit_price: Decimal
    total: Decimal
    currency: str
    tier_quantity: int
    next_tier: Tier | None


def quote_price(variant: Variant, *, quantity: int, market: Market, tiers: Sequence[Tier] | None = None) -> Quote:
    """Return what a customer pays in the market's currency: the shop's sales price, else the recommended one. `tiers`
    are those of the market (`tiers_in_market`), read when left out.

    Raises InvalidInput for a quantity that cannot be ordered, DomainError when there is no price for it, or none in
    that currency.
    """
    if tiers is None:
        tiers = tiers_in_market([variant], market)[variant.pk]
    currency = market.currency
    if errors := check_quantity(variant, tiers, quantity=quantity):
        raise InvalidInput(_("This quantity cannot be ordered."), errors={"quantity": errors})
    if not tiers and not is_at_home(variant, market) and variant.tiers.exists():
        raise DomainError(_why_no_price(variant, market), code="no_price")
    for price_list in (PriceList.SALES, PriceList.RECOMMENDED):
        own = _of_list(tiers, price_list)
        if (tier := find_tier(own, quantity=quantity)) is not None:
            following = next((later for later in own if later.quantity > quantity), None)
            return Quote(
                quantity=quantity,
                price_list=price_list,
                unit_price=tier.price,
                total=round_money(tier.price * quantity, currency=currency),
                currency=currency,
                tier_quantity=tier.quantity,
                next_tier=following,
            )
    raise DomainError(_("There is no sales price for %(sku)s.") % {"sku": variant.sku}, code="no_price")


def _why_no_price(variant: Variant, market: Market) -> str:
    """Return why there is no price in a market while there is one elsewhere."""
    if variant.currency == market.currency or market.shipping_from:
        text = _("%(sku)s has no price in %(currency)s for shipping from %(country)s.")
        return text % {"sku": variant.sku, "currency": market.currency, "country": market.shipping_from or "–"}
    text = _("%(sku)s has prices only in %(given)s, but the shop sells in %(currency)s.")
    return text % {"sku": variant.sku, "given": variant.currency, "currency": market.currency}


def find_quote(variant: Variant, *, quantity: int, market: Market, tiers: Sequence[Tier] | None = None) -> Quote | None:
    """Return None where there is no price, or the quantity cannot be ordered."""
    try:
        return quote_price(variant, quantity=quantity, market=market, tiers=tiers)
    except DomainError:
        return None


def check_quantity(variant: Variant | OrderableVariant, tiers: Iterable[AnyTier], *, quantity: int) -> list[str]:
    """Return what is wrong with the quantity, each naming its limit; nothing when it can be ordered."""
    found = []
    if quantity < variant.order_min_qty:
        text = _("%(quantity)d is below the minimum quantity of %(limit)d.")
        found.append(text % {"quantity": quantity, "limit": variant.order_min_qty})
    if variant.order_max_qty is not None and quantity > variant.order_max_qty:
        text = _("%(quantity)d is above the maximum quantity of %(limit)d.")
        found.append(text % {"quantity": quantity, "limit": variant.order_max_qty})
    if variant.tier_price_qty_only and not found:
        # The vendor's own tiers bind; without any (no contract) nothing can be said.
        steps = [tier.quantity for tier in _of_list(tiers, PriceList.PURCHASE)]
        if steps and quantity not in steps:
            text = _("%(quantity)d cannot be ordered. Possible quantities: %(steps)s.")
            found.append(text % {"quantity": quantity, "steps": ", ".join(str(step) for step in steps)})
    return found


def find_tier(tiers: Iterable[AnyTier], *, quantity: int) -> AnyTier | None:
    """Return the highest tier that the quantity reaches."""
    return max((tier for tier in tiers if tier.quantity <= quantity), key=lambda tier: tier.quantity, default=None)


def find_cost(tiers: Iterable[AnyTier], *, quantity: int) -> Decimal | None:
    """Return the vendor's net price per unit at that quantity, None when unknown."""
    tier = find_tier(_of_list(tiers, PriceList.PURCHASE), quantity=quantity)
    return tier.price if tier else None


def _of_list(tiers: Iterable[AnyTier], price_list: PriceList) -> list[AnyTier]:
    return sorted((tier for tier in tiers if tier.price_list == price_list), key=lambda tier: tier.quantity)
