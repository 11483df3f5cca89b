"""What vendors are thought to hold of SKUs: their newest readings, and the catalogue where they were never read.

Good enough to edit and to compare a table with; what a change set replaces is read again by its check.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.accounts.services.markets import Market
from catalog.models import ChangeKind, MarketPrices, PriceList, PriceTier, Snapshot, Variant
from catalog.services.change_sets.values import Value
from catalog.services.formulas import CENT
from catalog.services.market_prices import tiers_in_market

_PRICES = (ChangeKind.SALES_PRICES, ChangeKind.FULFILLER_PRICES)


def variants_of(vendor: str) -> QuerySet[Variant]:
    """Return the variants that an account can speak of. One company may have several accounts with us ("x" and
    "x-fulfiller"): the second one's own variants, and those of the first where it brought in none.
    """
    own = Variant.objects.filter(vendor=vendor, gone_at=None)
    company = vendor.partition("-")[0]
    if company == vendor or own.exists():
        return own
    return Variant.objects.filter(vendor=company, gone_at=None)


def variants_in(vendor: str, market: Market | None) -> QuerySet[Variant]:
    """Return the variants that an account can speak of which have prices in the market."""
    variants = variants_of(vendor)
    if market is None:
        return variants.filter(listed_from="")
    priced = MarketPrices.objects.filter(
        variant=OuterRef("pk"), currency=market.currency, shipping_from=market.shipping_from
    )
    return variants.filter(Q(currency=market.currency, listed_from=market.shipping_from) | Q(Exists(priced)))


def current_values(
    kind: str, *, vendor: str, variants: Sequence[Variant], market: Market | None = None
) -> dict[str, Value]:
    """Return values by SKU, of prices in that market, shaped as `Change.before`; unknown SKUs are missing. At most two
    queries.
    """
    if market is not None:
        return _market_prices(variants, market)
    if kind in _PRICES:
        return _prices(kind, vendor=vendor, variants=variants)
    found = _readings(kind, vendor=vendor, skus=[variant.sku for variant in variants])
    if kind == ChangeKind.SYNC:
        listed = {variant.sku: {"available": variant.available, "managed": None, "qty": None} for variant in variants}
        return listed | found
    return found


def price_text(price: Decimal) -> str:
    """Return a price as people write it: two decimals, more only where it has more."""
    short = price.quantize(CENT)
    return format(short if short == price else price.normalize(), "f")


def _prices(kind: str, *, vendor: str, variants: Sequence[Variant]) -> dict[str, Value]:
    """Return our catalogue's tiers, kept by runs and after every push; a fulfiller's newest readings over them."""
    by_id = {variant.pk: variant for variant in variants}
    values = {variant.sku: _without_prices(variant, currency=variant.currency) for variant in variants}
    tiers = PriceTier.objects.filter(variant__in=by_id).order_by("quantity")
    for variant_id, name, quantity, price in tiers.values_list("variant_id", "price_list", "quantity", "price"):
        values[by_id[variant_id].sku][name][str(quantity)] = price_text(price)
    if kind == ChangeKind.FULFILLER_PRICES:
        values |= _readings(kind, vendor=vendor, skus=list(values))
    return values


def _market_prices(variants: Sequence[Variant], market: Market) -> dict[str, Value]:
    """Return our catalogue's prices of the market."""
    values = {variant.sku: _without_prices(variant, currency=market.currency) for variant in variants}
    tiers = tiers_in_market(variants, market)
    for variant in variants:
        for tier in sorted(tiers[variant.pk], key=lambda tier: tier.quantity):
            values[variant.sku][tier.price_list][str(tier.quantity)] = price_text(tier.price)
    return values


def _without_prices(variant: Variant, *, currency: str) -> Value:
    return {
        "currency": currency,
        **{name: {} for name in PriceList.values},
        "order_min_qty": variant.order_min_qty,
        "order_max_qty": variant.order_max_qty,
        "tier_price_qty_only": variant.tier_price_qty_only,
    }


def _readings(kind: str, *, vendor: str, skus: Collection[str]) -> dict[str, Value]:
    rows = Snapshot.objects.filter(vendor=vendor, kind=kind, sku__in=skus)
    return dict(rows.values_list("sku", "value"))
