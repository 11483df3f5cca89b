"""What storefronts get to see of the catalogue: no purchase prices and no fulfillers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from backoffice.api.answers import Money, spell_money
from backoffice.api.validation import one_of
from catalog.models import PriceList, PriceTier, Product, Rating, Variant, VariantText
from catalog.services.quotes import Quote
from catalog.services.ratings import summarize


class VariantSummary(msgspec.Struct):
    """A variant in the list of its product."""

    sku: str
    name: str
    personalized: bool
    orderable: bool
    image_url: str


class RatingAnswer(msgspec.Struct):
    """What buyers published about a product in this shop: 1 to 5 stars on average, and how many reviews there are."""

    average: float
    total: int


class ProductAnswer(msgspec.Struct):
    """A group of variants. `categories` are paths, joined by "/"; `rating` is null without reviews."""

    id: int
    name: str
    image_url: str
    video_url: str
    categories: list[str]
    variants: list[VariantSummary]
    rating: RatingAnswer | None
    changed_at: datetime


class ProductPage(msgspec.Struct):
    """`next` is the address of the next page, null at the end."""

    next: str | None
    results: list[ProductAnswer]


class TextAnswer(msgspec.Struct):
    """What is said of a variant in one language. Descriptions are HTML as the vendor wrote it: clean before use."""

    language: str
    name: str
    description: str
    description_short: str
    description_secondary: str


class TierAnswer(msgspec.Struct):
    """The net unit price from a quantity on."""

    quantity: int
    price: Money


class RulesAnswer(msgspec.Struct):
    """Which quantities can be ordered; `tier_quantities_only`: none between those of the tiers."""

    order_min_qty: int
    order_max_qty: int | None
    tier_quantities_only: bool


class ShippingAnswer(msgspec.Struct):
    """Working time until it is shipped, in days."""

    shipping_from: str
    earliest_days: int | None
    latest_days: int | None
    express_available: bool


class PropertyAnswer(msgspec.Struct):
    """A property as the vendor gives it: the value is a text, a number or true and false."""

    property: str
    value: str | int | float | bool | None


class VariantAnswer(msgspec.Struct):
    """A variant with prices. `orderable` is what counts: someone under contract makes it, and it is on offer."""

    id: int
    sku: str
    gtin: str
    product: int
    name: str
    orderable: bool
    personalized: bool
    sample: bool
    currency: str
    sales_prices: list[TierAnswer]
    recommended_prices: list[TierAnswer]
    rules: RulesAnswer
    shipping: ShippingAnswer
    image_url: str
    media: dict[str, Any]
    properties: list[PropertyAnswer]
    editor_intents: list[str]
    texts: list[TextAnswer]
    changed_at: datetime


class NextTier(msgspec.Struct):
    """The quantity from which a unit costs less."""

    quantity: int
    unit_price: Money


class QuoteAnswer(msgspec.Struct):
    """The net price of a quantity. `price_list` says whose: the shop's sales prices or the recommended ones."""

    sku: str
    quantity: int
    currency: str
    price_list: Annotated[str, one_of(PriceList)]
    unit_price: Money
    total: Money
    tier_quantity: int
    next_tier: NextTier | None
    orderable: bool


def answer_product(product: Product, *, ratings: Iterable[Rating]) -> ProductAnswer:
    """Reads categories and variants unless prefetched. `ratings` are those of the shop that asks."""
    rating = summarize(ratings)
    return ProductAnswer(
        id=product.pk,
        name=product.name,
        image_url=product.image_url,
        video_url=product.video_url,
        categories=sorted(category.path for category in product.categories.all()),
        variants=[_summary(variant) for variant in product.variants.all()],
        rating=RatingAnswer(float(rating.average), rating.total) if rating else None,
        changed_at=product.changed_at,
    )


def _summary(variant: Variant) -> VariantSummary:
    return VariantSummary(
        sku=variant.sku,
        name=variant.name,
        personalized=variant.personalized,
        orderable=variant.is_offered,
        image_url=variant.image_url,
    )


def answer_variant(variant: Variant) -> VariantAnswer:
    """Reads tiers and texts unless prefetched."""
    tiers = list(variant.tiers.all())
    return VariantAnswer(
        id=variant.pk,
        sku=variant.sku,
        gtin=variant.gtin,
        product=variant.product_id,
        name=variant.name,
        orderable=variant.is_offered,
        personalized=variant.personalized,
        sample=variant.sample_product,
        currency=variant.currency,
        sales_prices=_tiers(tiers, PriceList.SALES),
        recommended_prices=_tiers(tiers, PriceList.RECOMMENDED),
        rules=RulesAnswer(variant.order_min_qty, variant.order_max_qty, variant.tier_price_qty_only),
        shipping=ShippingAnswer(
            variant.shipping_from,
            variant.shipping_earliest_days,
            variant.shipping_latest_days,
            variant.express_available,
        ),
        image_url=variant.image_url,
        media=variant.media,
        properties=[PropertyAnswer(row["name"], row["value"]) for row in variant.properties],
        editor_intents=variant.editor_intents,
        texts=[_text(text) for text in variant.texts.all()],
        changed_at=variant.changed_at,
    )


def answer_quote(variant: Variant, quote: Quote) -> QuoteAnswer:
    following = quote.next_tier
    return QuoteAnswer(
        sku=variant.sku,
        quantity=quote.quantity,
        currency=quote.currency,
        price_list=quote.price_list,
        unit_price=spell_money(quote.unit_price),
        total=spell_money(quote.total),
        tier_quantity=quote.tier_quantity,
        next_tier=NextTier(following.quantity, spell_money(following.price)) if following else None,
        orderable=variant.is_offered,
    )


def _tiers(tiers: Iterable[PriceTier], price_list: PriceList) -> list[TierAnswer]:
    own = sorted((tier for tier in tiers if tier.price_list == price_list), key=lambda tier: tier.quantity)
    return [TierAnswer(tier.quantity, spell_money(tier.price)) for tier in own]


def _text(text: VariantText) -> TextAnswer:
    return TextAnswer(**{name: getattr(text, name) for name in TextAnswer.__struct_fields__})
