"""What storefronts get to see of the catalogue: no purchase prices and no fulfillers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.services.markets import Market
from backoffice.api.responses import Money, TotalMoney, read_fields, spell_money
from backoffice.api.validation import one_of
from backoffice.text.working_days import add_working_days
from backoffice.vendors.money import spell_total
from catalog.api.languages import choose_name
from catalog.api.variant_parts import (
    MediaResponse,
    PartResponse,
    PropertyResponse,
    RelationResponse,
    media_response,
    part_responses,
    property_responses,
    relation_responses,
)
from catalog.models import PriceList, Product, Rating, Variant
from catalog.services.orderable import NotOrderable, can_sell
from catalog.services.orderable_variants import Tier
from catalog.services.quotes import Quote
from catalog.services.ratings import summarize
from catalog.services.variant_users import Key


class VariantSummary(msgspec.Struct):
    """A variant in the list of its product."""

    id: int
    sku: str
    name: str
    personalized: bool
    orderable: bool
    image_url: str


class RatingResponse(msgspec.Struct):
    """What buyers published about a product in this shop: 1 to 5 stars on average, and how many reviews there are."""

    average: float
    total: int


class ProductResponse(msgspec.Struct):
    """A group of variants. `categories` are paths, joined by "/"; `rating` is null without reviews. `changed_at` is of
    the product or any of its variants; `vendor_updated_at` is when the vendor changed it, null where it does not say.
    """

    id: int
    name: str
    image_url: str
    video_url: str
    categories: list[str]
    variants: list[VariantSummary]
    rating: RatingResponse | None
    changed_at: datetime
    vendor_updated_at: datetime | None = None


class RemovedProduct(msgspec.Struct):
    """A product that left the catalogue, with all its variants."""

    id: int
    removed_at: datetime


class ProductPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end. By change
    (`updated_since`) the last page has `resume_at`, the `updated_since` of the next reading; `removed` are those that
    left the catalogue.
    """

    next: str | None
    next_cursor: str | None
    resume_at: datetime | None
    results: list[ProductResponse]
    removed: list[RemovedProduct]


class TextResponse(msgspec.Struct):
    """What is said of a variant in one language. Descriptions are HTML as the vendor wrote it: clean before use."""

    language: str
    name: str
    description: str
    description_short: str
    description_secondary: str


class TierResponse(msgspec.Struct):
    """The net unit price from a quantity on."""

    quantity: int
    price: Money


class RulesResponse(msgspec.Struct):
    """Which quantities can be ordered; `tier_quantities_only`: none between those of the tiers."""

    order_min_qty: int
    order_max_qty: int | None
    tier_quantities_only: bool


class ShippingResponse(msgspec.Struct):
    """Working time until it is shipped, in days."""

    shipping_from: str
    earliest_days: int | None
    latest_days: int | None
    express_available: bool


class VariantResponse(msgspec.Struct):
    """A variant with prices in the market's currency, none where it has none. `orderable` is what counts: someone under
    contract makes it, it is on offer and in stock, and intake would take it now; else `not_orderable` says why, and
    `not_orderable_code` says it to programs. `in_stock` is how many pieces one line can have, null where they are not
    counted. Orders take of it without changing `changed_at`. `vendor_updated_at` is when the vendor changed it.
    """

    id: int
    sku: str
    gtin: str
    product: int
    name: str
    orderable: bool
    not_orderable: str
    not_orderable_code: NotOrderable | None
    in_stock: int | None
    personalized: bool
    sample: bool
    currency: str
    sales_prices: list[TierResponse]
    recommended_prices: list[TierResponse]
    rules: RulesResponse
    shipping: ShippingResponse
    image_url: str
    media: MediaResponse
    properties: list[PropertyResponse]
    parts: list[PartResponse]
    relations: list[RelationResponse]
    editor_intents: list[str]
    texts: list[TextResponse]
    changed_at: datetime
    vendor_updated_at: datetime | None = None


class RemovedVariant(msgspec.Struct):
    """A variant that left the catalogue."""

    id: int
    sku: str
    removed_at: datetime


class VariantPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end. By change
    (`updated_since`) the last page has `resume_at`, the `updated_since` of the next reading; `removed` are those that
    left the catalogue.
    """

    next: str | None
    next_cursor: str | None
    resume_at: datetime | None
    results: list[VariantResponse]
    removed: list[RemovedVariant]


class NextTier(msgspec.Struct):
    """The quantity from which a unit costs less."""

    quantity: int
    unit_price: Money


class QuoteResponse(msgspec.Struct):
    """The net price of a quantity, in the market's currency. `price_list` says whose: the shop's sales prices or the
    recommended ones. `orderable` is for this quantity; else `not_orderable` and `not_orderable_code` say why. Ordered
    today it is shipped on `ships_earliest` to `ships_latest`: by its vendor's working days, Monday to Friday, holidays
    not counted; null where the vendor does not say.
    """

    sku: str
    quantity: int
    currency: str
    price_list: Annotated[str, one_of(PriceList, name="QuotedPriceList", never=[PriceList.PURCHASE])]
    unit_price: Money
    total: TotalMoney
    tier_quantity: int
    next_tier: NextTier | None
    orderable: bool
    not_orderable: str
    not_orderable_code: NotOrderable | None
    ships_earliest: date | None
    ships_latest: date | None


def product_response(
    product: Product, *, ratings: Iterable[Rating], shop: Shop, left: Mapping[Key, int], languages: Sequence[str]
) -> ProductResponse:
    """Return what the shop sees of it, reading categories, texts and variants unless prefetched. `ratings` are the
    shop's, `left` is what is in stock, names are in the first of the `languages` that has one.
    """
    rating = summarize(ratings)
    return read_fields(
        ProductResponse,
        product,
        categories=sorted(category.path for category in product.categories.all()),
        name=choose_name(product.texts.all(), languages, otherwise=product.name) if languages else product.name,
        variants=[_summary(variant, shop=shop, left=left, languages=languages) for variant in product.variants.all()],
        rating=RatingResponse(float(rating.average), rating.total) if rating else None,
        changed_at=product.revised_at,
    )


def _summary(variant: Variant, *, shop: Shop, left: Mapping[Key, int], languages: Sequence[str]) -> VariantSummary:
    name = choose_name(variant.texts.all(), languages, otherwise=variant.name) if languages else variant.name
    return read_fields(VariantSummary, variant, name=name, orderable=bool(can_sell(variant, left, shop=shop)))


def variant_response(
    variant: Variant,
    *,
    shop: Shop,
    market: Market,
    left: Mapping[Key, int],
    tiers: Sequence[Tier],
    languages: Sequence[str],
) -> VariantResponse:
    """Return what the shop sees of it in that market; reads texts and relations unless prefetched. `left` is what is in
    stock, `tiers` are those of the market, the name is in the first of the `languages` that has one.
    """
    texts = list(variant.texts.all())
    eligibility = can_sell(variant, left, shop=shop, market=market)
    return read_fields(
        VariantResponse,
        variant,
        product=variant.product_id,
        name=choose_name(texts, languages, otherwise=variant.name),
        orderable=bool(eligibility),
        not_orderable=eligibility.reason,
        not_orderable_code=NotOrderable(eligibility.code) if eligibility.code else None,
        in_stock=left.get((variant.vendor, variant.sku)),
        sample=variant.sample_product,
        currency=market.currency,
        sales_prices=_tiers(tiers, PriceList.SALES),
        recommended_prices=_tiers(tiers, PriceList.RECOMMENDED),
        rules=RulesResponse(variant.order_min_qty, variant.order_max_qty, variant.tier_price_qty_only),
        shipping=_shipping(variant),
        media=media_response(variant),
        properties=property_responses(variant.properties),
        parts=part_responses(variant.parts),
        relations=relation_responses(variant.relations.all()),
        texts=[read_fields(TextResponse, text) for text in texts],
        changed_at=variant.revised_at,
    )


def _shipping(variant: Variant) -> ShippingResponse:
    earliest, latest = variant.shipping_earliest_days, variant.shipping_latest_days
    return ShippingResponse(variant.shipping_from, earliest, latest, variant.express_available)


def quote_response(
    variant: Variant, quote: Quote, *, shop: Shop, market: Market, left: Mapping[Key, int]
) -> QuoteResponse:
    """Return the price in that market as the shop sees it. `left` is what is in stock."""
    following = quote.next_tier
    eligibility = can_sell(variant, left, shop=shop, market=market, quantity=quote.quantity)
    return read_fields(
        QuoteResponse,
        quote,
        sku=variant.sku,
        unit_price=spell_money(quote.unit_price),
        total=spell_total(quote.total, currency=quote.currency),
        next_tier=NextTier(following.quantity, spell_money(following.price)) if following else None,
        orderable=bool(eligibility),
        not_orderable=eligibility.reason,
        not_orderable_code=NotOrderable(eligibility.code) if eligibility.code else None,
        ships_earliest=_ship_date(variant.shipping_earliest_days, shop=shop),
        ships_latest=_ship_date(variant.shipping_latest_days, shop=shop),
    )


def _ship_date(days: int | None, *, shop: Shop) -> date | None:
    return None if days is None else add_working_days(timezone.localdate(timezone=ZoneInfo(shop.time_zone)), days)


def _tiers(tiers: Iterable[Tier], price_list: PriceList) -> list[TierResponse]:
    own = sorted((tier for tier in tiers if tier.price_list == price_list), key=lambda tier: tier.quantity)
    return [TierResponse(tier.quantity, spell_money(tier.price)) for tier in own]
