"""mypromo's product listing as it comes, in mypromo's words; read by `catalog_pages.py` only.

Their API document, "Get products" and "Get product by id". Everything but the identity may be missing or
null: the merchant's list, the fulfiller's list and the single product each leave out other fields. Numbers,
flags and ids may come as text. An empty object may come as `[]`, which is how PHP writes it: hence `| list`.

The bounds are those of our columns: what does not fit is reported, never cut.
"""

from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

Id = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(min_length=1, max_length=64)]
Sku = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(min_length=1, max_length=100)]
Code = int | Annotated[str, Meta(max_length=100)] | None
Word = Annotated[str, Meta(max_length=32)]
Name = Annotated[str, Meta(max_length=500)]
Quantity = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Days = Annotated[int, Meta(ge=0, le=32_767)]
Nothing = list[Any] | None


class Descriptions(Struct):
    name: Name | None = None
    description: str | None = None
    description_short: str | None = None
    description_secondary: str | None = None
    overwritten: bool | None = None


class TierSchema(Struct):
    qty: Quantity | None = None
    price: Decimal | None = None


class PricesSchema(Struct):
    currency: Annotated[str, Meta(max_length=3)] | None = None
    purchase_prices: list[TierSchema] | None = None
    # The merchant's price list says "buying" where the product list says "purchase".
    buying_prices: list[TierSchema] | None = None
    recommended_retail_prices: list[TierSchema] | None = None
    sales_prices: list[TierSchema] | None = None


class StockSchema(Struct):
    managed: bool | None = None
    # Null when unmanaged; may be negative where more was promised than there is.
    qty: Annotated[int, Meta(ge=-2_147_483_648, le=2_147_483_647)] | None = None


class Contract(Struct):
    status: Word | None = None
    requested_at: Any = None
    accepted_at: Any = None
    canceled_at: Any = None
    declined_at: Any = None


class ClientSchema(Struct):
    id: Id
    name: Annotated[str, Meta(max_length=200)] | None = None
    sku_fulfiller: Code = None
    available: bool | None = None
    stock: StockSchema | Nothing = None
    shipping_from: str | None = None
    contract_id: int | Annotated[str, Meta(max_length=64)] | None = None
    contract: Contract | Nothing = None


class AvailabilitySchema(Struct):
    clients: list[ClientSchema] | None = None


class PropertySchema(Struct):
    property: str | None = None
    value: Any = None


class Media(Struct):
    image: str | None = None
    additional_images: list[str | None] | None = None
    video: str | None = None
    additional_videos: list[str | None] | None = None
    download_pdf: str | None = None
    download_indesign: str | None = None
    download_datasheet: str | None = None


class RulesSchema(Struct):
    order_min_qty: Quantity | None = None
    order_max_qty: Quantity | None = None
    tier_price_qty_only: bool | None = None


class Shipping(Struct):
    shipping_from: str | None = None
    shipping_earliest: Days | None = None
    shipping_latest: Days | None = None
    express_available: bool | None = None


class Related(Struct):
    sku: Sku | None = None
    descriptions: Any = None


class EditorSchema(Struct):
    available: Any = None
    intents: list[str] | None = None


class VariantSchema(Struct):
    id: Id
    sku: Sku
    gtin: int | Word | None = None
    active: bool | None = None
    available: bool | None = None
    availability: AvailabilitySchema | Nothing = None
    test_product: bool | None = None
    sample_product: bool | None = None
    personalized: bool | None = None
    descriptions: Descriptions | Nothing = None
    properties: list[PropertySchema] | None = None
    parts: list[dict[str, Any]] | None = None
    media: Media | Nothing = None
    prices: PricesSchema | Nothing = None
    rules: RulesSchema | Nothing = None
    shipping: Shipping | Nothing = None
    relations: dict[Word, list[Related] | None] | Nothing = None
    editor: EditorSchema | Nothing = None
    created_at: Any = None
    updated_at: Any = None


class CategorySchema(Struct):
    name: Name | None = None


class GroupMedia(Struct):
    image: str | None = None
    video: str | None = None


class ProductSchema(Struct):
    id: Id
    lang: str | None = None
    descriptions: Descriptions | Nothing = None
    categories: list[CategorySchema] | None = None
    media: GroupMedia | Nothing = None
    variants: list[VariantSchema] | None = None
    created_at: Any = None
    updated_at: Any = None


class PageMeta(Struct):
    last_page: int | None = None
    total: int | None = None


class PageLinks(Struct):
    """`next` is null on the last page; without it nothing is said."""

    next: str | UnsetType | None = UNSET


class PageSchema(Struct):
    """`meta` and `links` are left out where the vendor does not cut into pages."""

    data: list[Raw] | dict[str, Raw] | None = None
    meta: PageMeta | Nothing = None
    links: PageLinks | Nothing = None


class ProductId(Struct):
    """Just enough to find a product among those we know."""

    id: Id


class Identity(Struct):
    """What can be made out of a product that cannot be read."""

    id: Any = None
    variants: Any = None
