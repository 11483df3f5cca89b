"""What a design would cost as it is now: its SKU may have been switched in the editor."""

from dataclasses import dataclass, field

from backoffice.accounts.services.markets import main_market
from backoffice.errors import DomainError, Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_behind
from catalog.models import PriceTier, Variant
from catalog.services.orderable import can_order, can_take_from_stock
from catalog.services.quotes import Quote, check_quantity, quote_price
from catalog.services.stock import find_left
from orders.models import Design


@dataclass(frozen=True)
class Offer:
    """The price for the design's quantity, or what stands against ordering it: errors by field."""

    quantity: int
    quote: Quote | None
    problems: Errors = field(default_factory=dict)


def validate_offer(design: Design) -> Offer:
    """Check availability, quantity, stock and tier of the SKU that the design has now, in the shop's currency.

    Three queries, four where stock is counted; the design's shop must be loaded.
    """
    problems: Errors = {}
    rows = Variant.objects.filter(vendor=vendor_behind(design.vendor), sku=design.sku)
    variant = rows.prefetch_related("tiers", "availabilities").first()
    if variant is None:
        add_error(problems, "sku", _("%(sku)s is not in the catalogue.") % {"sku": design.sku})
        return Offer(design.quantity or 1, None, problems)
    quantity = design.quantity or _smallest(variant)
    if text := can_order(variant).reason:
        add_error(problems, "sku", text)
    for text in check_quantity(variant, variant.tiers.all(), quantity=quantity):
        add_error(problems, "quantity", text)
    if text := can_take_from_stock(variant, find_left([variant]), shop=design.shop, quantity=quantity).reason:
        add_error(problems, "quantity", text)
    if not problems:
        try:
            return Offer(quantity, quote_price(variant, quantity=quantity, market=main_market(design.shop)))
        except DomainError as error:
            add_error(problems, "sku", error.text)
    return Offer(quantity, None, problems)


def _smallest(variant: Variant) -> int:
    if not variant.tier_price_qty_only:
        return variant.order_min_qty
    tiers: list[PriceTier] = list(variant.tiers.all())
    fitting = [tier.quantity for tier in tiers if not check_quantity(variant, tiers, quantity=tier.quantity)]
    return min(fitting, default=variant.order_min_qty)
