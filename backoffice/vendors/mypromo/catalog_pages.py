"""From the bytes of mypromo's product listing to our words. Knows no HTTP."""

from decimal import Decimal
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from backoffice.vendors.catalog_messages import (
    AvailabilityData,
    CatalogPage,
    CatalogProblem,
    ListedProduct,
    ProductData,
    RelationData,
    TextData,
    TierData,
    UnreadableProduct,
    VariantData,
)
from backoffice.vendors.errors import VendorProtocolError
from backoffice.vendors.mypromo import catalog_schemas as schemas
from backoffice.vendors.reading import flag, read_time, text

T = TypeVar("T")

# strict=False: numbers, flags and nulls may come as text.
_PAGE = msgspec.json.Decoder(schemas.PageSchema, strict=False)
_BARE = msgspec.json.Decoder(list[msgspec.Raw])
_PRODUCT = msgspec.json.Decoder(schemas.ProductSchema, strict=False)
_ID = msgspec.json.Decoder(schemas.ProductId)
_IDENTITY = msgspec.json.Decoder(schemas.Identity)

# Goes into every fingerprint: raise it when the reading below changes, so that all is read again.
READER_VERSION = b"3"
# PostgreSQL keeps prices in numeric(12, 4).
LONGEST_NAME = 500
_PRICE_LIMIT = Decimal(10**8)
# The product list writes "purchase_prices", the merchant's price list "buying_prices".
_PRICE_LISTS = (
    ("purchase", "purchase_prices"),
    ("purchase", "buying_prices"),
    ("recommended", "recommended_retail_prices"),
    ("sales", "sales_prices"),
)
# mypromo's document lists "UK" among the country codes; ISO 3166 calls it GB.
_COUNTRY_CODES = {"UK": "GB"}


class Listing(msgspec.Struct, frozen=True):
    """One page, its products still undecoded. None in `last_page`, `total`, `has_next`: the answer does not say."""

    products: list[msgspec.Raw]
    last_page: int | None = None
    total: int | None = None
    has_next: bool | None = None


def read_listing(body: bytes) -> Listing:
    """Take a page apart: the usual envelope, or a bare array. Raises VendorProtocolError."""
    try:
        if body.lstrip()[:1] == b"[":
            return Listing(products=_BARE.decode(body))
        page = _PAGE.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise VendorProtocolError(f"The product list cannot be read: {error}.", excerpt=_excerpt(body)) from error
    if page.data is None:
        raise VendorProtocolError("The product list has no data.", excerpt=_excerpt(body))
    # PHP writes an array with gaps as an object.
    products = list(page.data.values()) if isinstance(page.data, dict) else page.data
    meta = as_object(page.meta, schemas.PageMeta)
    links = as_object(page.links, schemas.PageLinks)
    return Listing(
        products=products,
        last_page=meta.last_page,
        total=meta.total,
        has_next=None if links.next is msgspec.UNSET else bool(links.next),
    )


def read_page(listing: Listing) -> CatalogPage:
    """Name a page's products without reading them."""
    return CatalogPage(products=tuple([_listed(raw) for raw in listing.products]), total=listing.total)


def _listed(raw: msgspec.Raw) -> ListedProduct:
    body = bytes(raw)
    try:
        vendor_id = str(_ID.decode(body).id)
    except (msgspec.DecodeError, RecursionError):
        vendor_id = ""
    fingerprint = blake2b(body, digest_size=16, person=READER_VERSION).hexdigest()
    return ListedProduct(vendor_id, fingerprint, body, read_product)


def read_product(body: bytes) -> ProductData:
    """Decode one product, from the list or alone. Raises UnreadableProduct naming the field."""
    try:
        return _product(_PRODUCT.decode(body))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UnreadableProduct(_problem(body, text=f"The product cannot be read: {error}.")) from error


def _product(product: schemas.ProductSchema) -> ProductData:
    descriptions = as_object(product.descriptions, schemas.Descriptions)
    media = as_object(product.media, schemas.GroupMedia)
    return ProductData(
        vendor_id=str(product.id),
        language=(product.lang or "").upper(),
        name=descriptions.name or "",
        name_overwritten=bool(descriptions.overwritten),
        image_url=media.image or "",
        video_url=media.video or "",
        categories=tuple(sorted({category.name for category in product.categories or () if category.name})),
        variants=tuple([_variant(variant) for variant in product.variants or ()]),
        vendor_created_at=read_time(product.created_at),
        vendor_updated_at=read_time(product.updated_at),
    )


def _variant(variant: schemas.VariantSchema) -> VariantData:
    rules = as_object(variant.rules, schemas.RulesSchema)
    shipping = as_object(variant.shipping, schemas.Shipping)
    media = as_object(variant.media, schemas.Media)
    prices = as_object(variant.prices, schemas.PricesSchema)
    editor = as_object(variant.editor, schemas.EditorSchema)
    return VariantData(
        vendor_id=str(variant.id),
        sku=str(variant.sku),
        gtin=_text(variant.gtin),
        active=variant.active is not False,
        available=variant.available is not False,
        test_product=bool(variant.test_product),
        sample_product=bool(variant.sample_product),
        personalized=bool(variant.personalized),
        editor_intents=[] if flag(editor.available) is False else editor.intents or [],
        currency=(prices.currency or "EUR").upper(),
        order_min_qty=1 if rules.order_min_qty is None else rules.order_min_qty,
        order_max_qty=rules.order_max_qty,
        tier_price_qty_only=bool(rules.tier_price_qty_only),
        shipping_from=_country(shipping.shipping_from),
        shipping_earliest_days=shipping.shipping_earliest,
        shipping_latest_days=shipping.shipping_latest,
        express_available=bool(shipping.express_available),
        image_url=media.image or "",
        media=_media(media),
        properties=[
            # The value keeps its type: number, text or flag.
            {"name": item.property or "", "value": item.value}
            for item in variant.properties or ()
        ],
        parts=variant.parts or [],
        text=_texts(as_object(variant.descriptions, schemas.Descriptions)),
        tiers=price_tiers(prices),
        availabilities=_availabilities(variant.availability),
        relations=_relations(variant.relations),
        vendor_created_at=read_time(variant.created_at),
        vendor_updated_at=read_time(variant.updated_at),
    )


def price_tiers(prices: schemas.PricesSchema) -> tuple[TierData, ...]:
    """Return the tiers of all lists; where a quantity is listed twice the first wins."""
    tiers: dict[tuple[str, int], TierData] = {}
    for ours, name in _PRICE_LISTS:
        for tier in getattr(prices, name) or ():
            quantity, price = tier.qty, tier.price
            if quantity is None or price is None:
                continue
            if not price.is_finite() or not 0 <= price < _PRICE_LIMIT:
                raise ValueError(f"{name}: {price} is no price")
            if (ours, quantity) not in tiers:
                tiers[ours, quantity] = TierData(ours, quantity, price)
    return tuple([tiers[key] for key in sorted(tiers)])


def _availabilities(
    availability: schemas.AvailabilitySchema | list[Any] | None,
) -> tuple[AvailabilityData, ...] | None:
    if not isinstance(availability, schemas.AvailabilitySchema) or availability.clients is None:
        return None
    clients = {str(client.id): _availability(client) for client in reversed(availability.clients)}
    return tuple([clients[key] for key in sorted(clients)])


def _availability(client: schemas.ClientSchema) -> AvailabilityData:
    stock = as_object(client.stock, schemas.StockSchema)
    contract = as_object(client.contract, schemas.Contract)
    return AvailabilityData(
        fulfiller_id=str(client.id),
        fulfiller_name=client.name or "",
        sku_fulfiller=_text(client.sku_fulfiller),
        available=client.available,
        stock_managed=stock.managed,
        stock_qty=stock.qty,
        shipping_from=_country(client.shipping_from),
        contract_id=_text(client.contract_id),
        # "ACCEPTED" in the list, "accepted" in the single product.
        contract_state=(contract.status or "").lower(),
        contract_requested_at=read_time(contract.requested_at),
        contract_accepted_at=read_time(contract.accepted_at),
        contract_cancelled_at=read_time(contract.canceled_at),
        contract_declined_at=read_time(contract.declined_at),
    )


def _relations(
    relations: dict[str, list[schemas.Related] | None] | list[Any] | None,
) -> tuple[RelationData, ...]:
    if not isinstance(relations, dict):
        return ()
    found = {
        (kind, str(item.sku)): RelationData(kind, str(item.sku), _related_name(item.descriptions))
        for kind, items in relations.items()
        for item in reversed(items or ())
        if item.sku is not None
    }
    return tuple([found[key] for key in sorted(found)])


def _related_name(descriptions: Any) -> str:
    """Return the name that fits its column, else none: it is a hint beside the SKU."""
    name = text(descriptions.get("name")) if isinstance(descriptions, dict) else ""
    return name if len(name) <= LONGEST_NAME else ""


def _texts(descriptions: schemas.Descriptions) -> TextData:
    return TextData(
        name=descriptions.name or "",
        description=descriptions.description or "",
        description_short=descriptions.description_short or "",
        description_secondary=descriptions.description_secondary or "",
        overwritten=bool(descriptions.overwritten),
    )


def _media(media: schemas.Media) -> dict[str, Any]:
    """Return images, videos and documents by their kind, without the main picture and what is absent."""
    found: dict[str, Any] = {
        "images": [url for url in media.additional_images or () if url],
        "videos": [url for url in (media.video, *(media.additional_videos or ())) if url],
        "documents": {
            kind: url
            for kind, url in (
                ("pdf", media.download_pdf),
                ("indesign", media.download_indesign),
                ("datasheet", media.download_datasheet),
            )
            if url
        },
    }
    return {key: value for key, value in found.items() if value}


def _country(code: str | None) -> str:
    """Return an ISO code of two letters, empty for anything else."""
    code = (code or "").strip().upper()
    code = _COUNTRY_CODES.get(code, code)
    return code if len(code) == 2 else ""


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)


def as_object(value: Any, kind: type[T]) -> T:
    """Return the value where it is such an object, else an empty one: PHP writes that as []."""
    return value if isinstance(value, kind) else kind()


def _problem(body: bytes, *, text: str) -> CatalogProblem:
    """Name the unreadable product by whatever of its identity can be read."""
    try:
        identity = _IDENTITY.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return CatalogProblem(text=text)
    variants = identity.variants if isinstance(identity.variants, list) else []
    skus = [variant.get("sku") for variant in variants if isinstance(variant, dict)]
    return CatalogProblem(
        text=text,
        product_id="" if isinstance(identity.id, dict | list | None) else str(identity.id)[:64],
        skus=tuple([str(sku) for sku in skus if isinstance(sku, str | int)]),
    )


def _excerpt(body: bytes) -> str:
    return body[:300].decode(errors="replace")
