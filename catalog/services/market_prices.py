"""What variants cost in a market: their own tiers where they are listed there, else those that were read for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q

from backoffice.accounts.services.markets import Market
from catalog.models import MarketPrices, PriceList, Variant
from catalog.services.orderable_variants import OrderableVariant, Tier
from catalog.services.revisions import next_revision, stamp_revision

Kept = Mapping[str, Mapping[str, str]]
# The key of a variant, and the currency and country of a listing.
Place = tuple[int, tuple[str, str]]


def is_at_home(variant: Variant | OrderableVariant, market: Market) -> bool:
    """Return whether its own tiers are those of the market."""
    return (variant.currency, variant.listed_from) == market.listing


def read_tiers(kept: Kept) -> tuple[Tier, ...]:
    """Return the tiers that a row keeps, by list and quantity."""
    return tuple(
        Tier(PriceList(name), int(quantity), Decimal(price))
        for name, prices in kept.items()
        for quantity, price in sorted(prices.items(), key=lambda pair: int(pair[0]))
    )


def tiers_in_market(variants: Iterable[Variant], market: Market) -> dict[int, list[Tier]]:
    """Return the tiers of each variant in the market's currency, by key; none where it has no price there. One query
    for those that are listed elsewhere, none where there are none; their own tiers are read unless prefetched.
    """
    found: dict[int, list[Tier]] = {}
    others = []
    for variant in variants:
        if is_at_home(variant, market):
            own = variant.tiers.all()
            found[variant.pk] = [Tier(PriceList(tier.price_list), tier.quantity, tier.price) for tier in own]
        else:
            others.append(variant.pk)
    read = find_market_tiers({(pk, market.listing) for pk in others})
    return found | {pk: list(read.get((pk, market.listing), ())) for pk in others}


def find_market_tiers(places: Collection[Place]) -> dict[Place, tuple[Tier, ...]]:
    """Return the tiers that were read for these variants in these listings. One query, none for nothing."""
    if not places:
        return {}
    wanted = Q()
    for currency, country in {listing for _pk, listing in places}:
        keys = [pk for pk, listing in places if listing == (currency, country)]
        wanted |= Q(currency=currency, shipping_from=country, variant__in=keys)
    rows = MarketPrices.objects.filter(wanted).values_list("variant", "currency", "shipping_from", "tiers")
    return {(pk, (currency, country)): read_tiers(kept) for pk, currency, country, kept in rows}


def find_costs(
    variants: Sequence[OrderableVariant | None], *, markets: Sequence[Market | None]
) -> list[tuple[Tier, ...]]:
    """Return what the vendor charges for each variant in the market beside it, by quantity: nothing where that is not
    known, and for None. No query where all are at home.
    """
    pairs = list(zip(variants, markets, strict=True))
    away = {(one.id, market.listing) for one, market in pairs if one and market and not is_at_home(one, market)}
    read = find_market_tiers(away)
    return [_tiers_of(one, market, read) if one and market else () for one, market in pairs]


def _tiers_of(variant: OrderableVariant, market: Market, read: Mapping[Place, tuple[Tier, ...]]) -> tuple[Tier, ...]:
    return variant.tiers if is_at_home(variant, market) else read.get((variant.id, market.listing), ())


def keep_market_prices(market: Market, sales: Mapping[int, Mapping[str, str]]) -> dict[int, Mapping[str, str]]:
    """Set sales prices of variants, by key and quantity, in the market. Return those of variants that are listed there
    themselves, whose own tiers have them. Must run in a transaction.
    """
    variants = Variant.objects.only("pk", "currency", "listed_from").in_bulk(sales)
    own = {pk: sales[pk] for pk, variant in variants.items() if is_at_home(variant, market)}
    rows = MarketPrices.objects.select_for_update().filter(
        variant__in=sales.keys() - own.keys(), currency=market.currency, shipping_from=market.shipping_from
    )
    changed = []
    for row in rows.order_by("pk"):
        before = row.tiers.get(PriceList.SALES.value, {})
        row.tiers = {**row.tiers, PriceList.SALES.value: {**before, **sales[row.variant_id]}}
        changed.append(row)
    MarketPrices.objects.bulk_update(changed, ["tiers"], batch_size=500)
    stamp_revision(next_revision(), variants={row.variant_id for row in changed})
    return own
