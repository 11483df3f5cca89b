"""What storefronts get to see of the catalogue: no purchase prices and no fulfillers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from backoffice.accounts.models import Shop
from backoffice.api.responses import Money, TotalMoney, read_fields, spell_money
from backoffice.api.validation import one_of
from backoffice.vendors.money import spell_total
from catalog.models import PriceList, PriceTier, Product, Rating, Variant
from catalog.services.orderable import can_order, can_take_from_stock
from catalog.services.quotes import Quote
from catalog.services.ratings import summarize
from catalog.services.variant_users import Key


class VariantSummary(msgspec.Struct):
    """A variant in the list of its product."""

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
    """A group of variants. `categories` are paths, joined by "/"; `rating` is null without reviews."""

    id: int
    name: str
    image_url: str
    video_url: str
    categories: list[str]
    variants: list[VariantSummary]
    rating: RatingResponse | None
    changed_at: datetime


class ProductPage(msgspec.Struct):
    """`next` is the address of the next page, null at the end."""

    next: str | None
    results: list[ProductResponse]


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


class PropertyResponse(msgspec.Struct):
    """A property as the vendor gives it: the value is a text, a number or true and false."""

    property: str
    value: str | int | float | bool | None


class VariantResponse(msgspec.Struct):
    """A variant with prices in the shop's currency, none where it has none. `orderable` is what counts: someone under
    contract makes it, it is on offer and in stock; else `not_orderable` says why. `in_stock` is how many pieces one
    line can have, null where they are not counted.
    """

    id: int
    sku: str
    gtin: str
    product: int
    name: str
    orderable: bool
    not_orderable: str
    in_stock: int | None
    personalized: bool
    sample: bool
    currency: str
    sales_prices: list[TierResponse]
    recommended_prices: list[TierResponse]
    rules: RulesResponse
    shipping: ShippingResponse
    image_url: str
    media: dict[str, Any]
    properties: list[PropertyResponse]
    editor_intents: list[str]
    texts: list[TextResponse]
    changed_at: datetime


class NextTier(msgspec.Struct):
    """The quantity from which a unit costs less."""

    quantity: int
    unit_price: Money


class QuoteResponse(msgspec.Struct):
    """The net price of a quantity, in the shop's currency. `price_list` says whose: the shop's sales prices or the
    recommended ones. `orderable` is for this quantity; else `not_orderable` says why.
    """

    sku: str
    quantity: int
    currency: str
    price_list: Annotated[str, one_of(PriceList)]
    unit_price: Money
    total: TotalMoney
    tier_quantity: int
    next_tier: NextTier | None
    orderable: bool
    not_orderable: str


def product_response(
    product: Product, *, ratings: Iterable[Rating], shop: Shop, left: Mapping[Key, int]
) -> ProductResponse:
    """Return what the shop sees of it, reading categories and variants unless prefetched. `ratings` are the shop's,
    `left` is what is in stock.
    """
    rating = summarize(ratings)
    return read_fields(
        ProductResponse,
        product,
        categories=sorted(category.path for category in product.categories.all()),
        variants=[_summary(variant, shop=shop, left=left) for variant in product.variants.all()],
        rating=RatingResponse(float(rating.average), rating.total) if rating else None,
    )


def _summary(variant: Variant, *, shop: Shop, left: Mapping[Key, int]) -> VariantSummary:
    orderable = bool(can_order(variant) and can_take_from_stock(variant, left, shop=shop))
    return read_fields(VariantSummary, variant, orderable=orderable)


def variant_response(variant: Variant, *, shop: Shop, left: Mapping[Key, int]) -> VariantResponse:
    """Return what the shop sees of it; reads tiers and texts unless prefetched. `left` is what is in stock."""
    tiers = list(variant.tiers.all()) if variant.currency == shop.currency else []
    reason = can_order(variant).reason or can_take_from_stock(variant, left, shop=shop).reason
    return read_fields(
        VariantResponse,
        variant,
        product=variant.product_id,
        orderable=not reason,
        not_orderable=reason,
        in_stock=left.get((variant.vendor, variant.sku)),
        sample=variant.sample_product,
        currency=shop.currency,
        sales_prices=_tiers(tiers, PriceList.SALES),
        recommended_prices=_tiers(tiers, PriceList.RECOMMENDED),
        rules=RulesResponse(variant.order_min_qty, variant.order_max_qty, variant.tier_price_qty_only),
        shipping=ShippingResponse(
            variant.shipping_from,
            variant.shipping_earliest_days,
            variant.shipping_latest_days,
            variant.express_available,
        ),
        properties=[PropertyResponse(row["name"], row["value"]) for row in variant.properties],
        texts=[read_fields(TextResponse, text) for text in variant.texts.all()],
    )


def quote_response(variant: Variant, quote: Quote, *, shop: Shop, left: Mapping[Key, int]) -> QuoteResponse:
    """Return the price as the shop sees it. `left` is what is in stock."""
    following = quote.next_tier
    short = can_take_from_stock(variant, left, shop=shop, quantity=quote.quantity).reason
    reason = can_order(variant).reason or short
    return read_fields(
        QuoteResponse,
        quote,
        sku=variant.sku,
        unit_price=spell_money(quote.unit_price),
        total=spell_total(quote.total, currency=quote.currency),
        next_tier=NextTier(following.quantity, spell_money(following.price)) if following else None,
        orderable=not reason,
        not_orderable=reason,
    )


def _tiers(tiers: Iterable[PriceTier], price_list: PriceList) -> list[TierResponse]:
    own = sorted((tier for tier in tiers if tier.price_list == price_list), key=lambda tier: tier.quantity)
    return [TierResponse(tier.quantity, spell_money(tier.price)) for tier in own]
