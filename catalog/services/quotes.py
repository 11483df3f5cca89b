"""What a quantity of a variant costs, and which quantities there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from backoffice.errors import DomainError, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from catalog.models import PriceList, PriceTier, Variant
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
    next_tier: PriceTier | None


def quote_price(variant: Variant, *, quantity: int, currency: str) -> Quote:
    """Return what a customer pays in the shop's currency: the shop's sales price, else the recommended one.

    Raises InvalidInput for a quantity that cannot be ordered, DomainError when there is no price for it, or none in
    that currency.
    """
    tiers = list(variant.tiers.all())
    if errors := check_quantity(variant, tiers, quantity=quantity):
        raise InvalidInput(_("This quantity cannot be ordered."), errors={"quantity": errors})
    if tiers and variant.currency != currency:
        text = _("%(sku)s has prices in %(given)s only, and the shop sells in %(currency)s.")
        words = {"sku": variant.sku, "given": variant.currency, "currency": currency}
        raise DomainError(text % words, code="no_price")
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


def check_quantity(variant: Variant | OrderableVariant, tiers: Iterable[AnyTier], *, quantity: int) -> list[str]:
    """Return what is wrong with the quantity, each naming its limit; nothing when it can be ordered."""
    found = []
    if quantity < variant.order_min_qty:
        text = _("%(quantity)d is less than the smallest quantity, %(limit)d.")
        found.append(text % {"quantity": quantity, "limit": variant.order_min_qty})
    if variant.order_max_qty is not None and quantity > variant.order_max_qty:
        text = _("%(quantity)d is more than the largest quantity, %(limit)d.")
        found.append(text % {"quantity": quantity, "limit": variant.order_max_qty})
    if variant.tier_price_qty_only and not found:
        # The vendor's own tiers bind; without any (no contract) nothing can be said.
        steps = [tier.quantity for tier in _of_list(tiers, PriceList.PURCHASE)]
        if steps and quantity not in steps:
            text = _("%(quantity)d is not one of the quantities that can be ordered: %(steps)s.")
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
