"""Their catalogue in our words."""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from backoffice.text.cleaning import clean_foreign
from backoffice.vendors.catalog_messages import (
    AvailabilityData,
    CatalogPage,
    CatalogProblem,
    ListedProduct,
    ProductData,
    TextData,
    TierData,
    UnreadableProduct,
    VariantData,
)
from tests.vendors.example import schemas
from tests.vendors.example.client import NAME, Client
from tests.vendors.example.paging import read_pages

# Goes into every fingerprint: raise it when the reading below changes, so that all is read again.
READER_VERSION = b"1"
PRICE_LIMIT = 10**8


def catalog_pages(client: Client) -> Iterator[CatalogPage]:
    """Yield the listing page by page; one that does not add up ends with a problem, so that nothing counts as gone."""
    for page in read_pages(client.products_page):
        problems = () if page.is_sound else (CatalogProblem(text="The list is not whole."),)
        yield CatalogPage(products=tuple(_listed(row) for row in page.rows), problems=problems, total=page.total)


def _listed(row: msgspec.Raw) -> ListedProduct:
    body = bytes(row)
    fingerprint = blake2b(READER_VERSION + body, digest_size=16).hexdigest()
    return ListedProduct(vendor_id=_id_of(body), fingerprint=fingerprint, body=body, reader=read_product)


def _id_of(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=schemas.ProductId).id)
    except (ValueError, RecursionError):
        return ""


def read_product(body: bytes) -> ProductData:
    """Read a product. Raise UnreadableProduct."""
    try:
        product = msgspec.json.decode(body, type=schemas.Product, strict=False)
        _refuse_prices(product)
    except (ValueError, RecursionError, OverflowError) as error:
        raise UnreadableProduct(CatalogProblem(text=f"{NAME}: {error}", product_id=_id_of(body))) from error
    return ProductData(
        vendor_id=str(product.id),
        name=_line(product.name),
        image_url=product.image,
        categories=(_line(product.category),) if product.category else (),
        variants=tuple(_variant(variant, product) for variant in product.variants),
    )


def _variant(variant: schemas.Variant, product: schemas.Product) -> VariantData:
    has_stock = variant.stock is not None
    offer = AvailabilityData(
        fulfiller_id=NAME, available=variant.active, stock_managed=has_stock, stock_qty=variant.stock
    )
    return VariantData(
        vendor_id=str(variant.id),
        sku=variant.sku,
        active=variant.active,
        personalized=variant.printed,
        currency=variant.currency,
        image_url=variant.image,
        text=TextData(name=_line(variant.name), description=clean_foreign(product.description)),
        tiers=tuple(sorted({TierData("purchase", tier.quantity, tier.price) for tier in variant.prices})),
        availabilities=(offer,),
    )


def _refuse_prices(product: schemas.Product) -> None:
    """Raise ValueError for what no column holds."""
    for tier in (tier for variant in product.variants for tier in variant.prices):
        if not (tier.price.is_finite() and 0 <= tier.price < PRICE_LIMIT):
            raise ValueError(f"{tier.price} is no price")


def _line(text: str) -> str:
    return clean_foreign(text, is_line=True)[:200]
