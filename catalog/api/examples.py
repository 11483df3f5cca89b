"""Answers as the document shows them: built of the structs themselves, so that they cannot be wrong for long."""

from datetime import UTC, date, datetime

import msgspec
from drf_spectacular.utils import OpenApiExample

from catalog.api.responses import (
    NextTier,
    ProductPage,
    ProductResponse,
    QuoteResponse,
    RatingResponse,
    RemovedVariant,
    RulesResponse,
    ShippingResponse,
    TextResponse,
    TierResponse,
    VariantPage,
    VariantResponse,
    VariantSummary,
)
from catalog.api.variant_parts import DocumentLinks, MediaResponse, PartResponse, PropertyResponse, RelationResponse

_WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
_RESUME = datetime(2026, 11, 20, 10, 30, 0, 1, tzinfo=UTC)
_PICTURE = "https://storage.example.com/pen-blue.jpg"

_VARIANT = VariantResponse(
    id=4711,
    sku="MP-F1-C0000003",
    gtin="4006381333931",
    product=12,
    name="Pen, blue",
    orderable=True,
    not_orderable="",
    not_orderable_code=None,
    in_stock=642,
    personalized=True,
    sample=False,
    currency="EUR",
    sales_prices=[TierResponse(50, "1.29"), TierResponse(100, "1.09")],
    recommended_prices=[TierResponse(50, "1.49")],
    rules=RulesResponse(50, 5000, tier_quantities_only=False),
    shipping=ShippingResponse("DE", 3, 5, express_available=True),
    image_url=_PICTURE,
    media=MediaResponse([], [], DocumentLinks(pdf="https://storage.example.com/pen-template.pdf")),
    properties=[PropertyResponse("colour", "blue"), PropertyResponse("weight", 9.5)],
    parts=[PartResponse("body", "Body of pen", "digital", 120, 5, 0, 1)],
    relations=[RelationResponse("samples", "MP-F1-C0000003-SAMPLE", "Pen, blue, sample")],
    editor_intents=["upload", "customize"],
    texts=[TextResponse("EN", "Pen, blue", "<p>Writes for long.</p>", "", "")],
    changed_at=_WHEN,
    vendor_updated_at=_WHEN,
)
_PRODUCT = ProductResponse(
    id=12,
    name="Pen",
    image_url=_PICTURE,
    video_url="",
    categories=["Office", "Office/Pens"],
    variants=[
        VariantSummary(
            id=4711, sku="MP-F1-C0000003", name="Pen, blue", personalized=True, orderable=True, image_url=_PICTURE
        )
    ],
    rating=RatingResponse(4.5, 12),
    changed_at=_WHEN,
    vendor_updated_at=_WHEN,
)
_QUOTE = QuoteResponse(
    sku="MP-F1-C0000003",
    quantity=60,
    currency="EUR",
    price_list="sales",
    unit_price="1.29",
    total="77.40",
    tier_quantity=50,
    next_tier=NextTier(100, "1.09"),
    orderable=True,
    not_orderable="",
    not_orderable_code=None,
    ships_earliest=date(2026, 12, 3),
    ships_latest=date(2026, 12, 7),
)


def show_answer(name: str, answer: msgspec.Struct) -> OpenApiExample:
    """Return it as an example of the good answer."""
    return OpenApiExample(name, value=msgspec.to_builtins(answer), response_only=True, status_codes=["200"])


VARIANT_PAGES = [
    show_answer("Newest first, the last page", VariantPage(None, None, None, [_VARIANT], [])),
    show_answer(
        "By change, the last page",
        VariantPage(None, None, _RESUME, [_VARIANT], [RemovedVariant(98, "MP-F1-C0000001", _WHEN)]),
    ),
]
VARIANTS = [show_answer("A variant", _VARIANT)]
PRODUCT_PAGES = [show_answer("The last page", ProductPage(None, None, None, [_PRODUCT], []))]
QUOTES = [show_answer("60 of them", _QUOTE)]
