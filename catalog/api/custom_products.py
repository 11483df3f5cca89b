"""What shoppers of the shop designed, over REST, read only."""

from datetime import datetime
from typing import Annotated

import msgspec
from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from msgspec import Meta
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models import Shop
from backoffice.api.pagination import PageQuery, build_next, read_newest
from backoffice.api.renderers import AnyType
from backoffice.api.responses import Money, spell_money
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import NoQuery, read_query
from backoffice.engine.services.files import open_file
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from backoffice.web.links import public_url
from catalog.api.responses import read_fields
from catalog.api.views import CatalogView
from catalog.models import CustomPicture, CustomProduct
from catalog.services.custom_products import find_picture
from catalog.services.search import search_custom_products


class CustomProductQuery(PageQuery, kw_only=True):
    """Filters of the list; all must hold."""

    search: Annotated[str, Meta(max_length=100, description="Words of the title, our id, or the vendor's id.")] = ""


class CustomProductResponse(msgspec.Struct):
    """A thing that a shopper designed. `price` is gross, as the shopper saw it; `description_html` is clean.
    `picture_url` is ours and needs the key; null until we have the picture.
    """

    external_id: str
    title: str
    description: str
    description_html: str
    price: Money | None
    compare_price: Money | None
    currency: str
    vendor: str
    vendor_id: str
    customiser_id: str
    picture_url: str | None
    created_at: datetime
    updated_at: datetime


class CustomProductPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end."""

    next: str | None
    next_cursor: str | None
    results: list[CustomProductResponse]


class CustomProducts(CatalogView):
    """Custom products of the shop."""

    @extend_schema(
        operation_id="list_custom_products",
        summary="Custom products of the shop, newest first",
        tags=["catalog"],
        parameters=describe_query(CustomProductQuery),
        responses={200: CustomProductPage, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, CustomProductQuery)
        products = _products(self.shop)
        if query.search:
            products = search_custom_products(products, query.search)
        page = read_newest(products, query=query)
        results = [custom_product_response(product) for product in page.rows]
        return Response(CustomProductPage(build_next(request, page), page.cursor or None, results))


class CustomProductDetail(CatalogView):
    """One custom product by our id."""

    @extend_schema(
        operation_id="get_custom_product",
        summary="A custom product",
        tags=["catalog"],
        responses={200: CustomProductResponse, **describe_problems()},
    )
    def get(self, request: Request, external_id: str) -> Response:
        read_query(request.GET, NoQuery)
        return Response(custom_product_response(_find(self.shop, external_id)))


class CustomProductPicture(CatalogView):
    """Our copy of a custom product's picture."""

    renderer_classes = (AnyType,)

    @extend_schema(
        operation_id="get_custom_product_picture",
        summary="The picture of a custom product",
        description="PNG, JPEG or WebP; 404 while it has not been fetched yet.",
        tags=["catalog"],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY), **describe_problems()},
    )
    def get(self, request: Request, external_id: str) -> HttpResponseBase:
        read_query(request.GET, NoQuery)
        product = _find(self.shop, external_id)
        picture = find_picture(product)
        try:
            if picture is None:
                raise FileNotFoundError
            content = open_file(picture)
        except FileNotFoundError:
            raise NotFound(_("There is no image yet.")) from None
        return file_response(content, content_type=picture.content_type, name=product.external_id)


def custom_product_response(product: CustomProduct) -> CustomProductResponse:
    """Return what the shop sees of it; reads the pictures unless prefetched."""
    has_picture = any(picture.is_kept for picture in product.pictures.all())
    path = reverse("api-custom-product-picture", args=[product.external_id])
    return read_fields(
        CustomProductResponse,
        product,
        price=None if product.price is None else spell_money(product.price),
        compare_price=None if product.compare_price is None else spell_money(product.compare_price),
        picture_url=public_url(path) if has_picture else None,
    )


def _products(shop: Shop) -> QuerySet[CustomProduct]:
    pictures = Prefetch("pictures", CustomPicture.objects.only("product_id", "stored_at"))
    return CustomProduct.objects.filter(shop=shop).prefetch_related(pictures)


def _find(shop: Shop, external_id: str) -> CustomProduct:
    """Return the product. Raises NotFound, also for one of another shop."""
    product = _products(shop).filter(external_id=external_id).first()
    if product is None:
        raise NotFound(_("The shop has no custom product with this ID."))
    return product
