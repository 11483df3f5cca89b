"""The catalogue over REST, read only."""

from typing import Annotated, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema
from msgspec import Meta, Struct
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope, Shop
from backoffice.api.pagination import PageQuery, build_next, read_newest
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import read_query
from backoffice.api.views import ApiView
from backoffice.text.translatable import gettext as _
from catalog.api.responses import (
    ProductPage,
    ProductResponse,
    QuoteResponse,
    VariantResponse,
    product_response,
    quote_response,
    variant_response,
)
from catalog.models import Product, Variant
from catalog.services.orderable import shown_variants
from catalog.services.quotes import quote_price
from catalog.services.ratings import with_ratings
from catalog.services.stock import find_left


class ProductQuery(PageQuery, kw_only=True):
    """Filters of the list; all must hold."""

    sku: Annotated[str, Meta(max_length=100, description="Products with a variant of exactly this SKU.")] = ""
    category: Annotated[str, Meta(max_length=500, description="A category's path, with those below it.")] = ""
    search: Annotated[str, Meta(max_length=100, description="Part of a product's name or of a SKU.")] = ""


class VariantQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    lang: Annotated[
        str, Meta(pattern="^([A-Za-z]{2})?$", description="Texts in this language only; all when left out.")
    ] = ""


class QuoteQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    quantity: Annotated[int, Meta(ge=1, le=2_147_483_647)]


class CatalogView(ApiView):
    required_scopes: ClassVar = {"GET": Scope.CATALOG_READ}


class Products(CatalogView):
    """Products that are on offer at their vendor."""

    @extend_schema(
        operation_id="list_products",
        summary="Products, newest first",
        tags=["catalog"],
        parameters=describe_query(ProductQuery),
        responses={200: ProductPage, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, ProductQuery)
        page = read_newest(_with_parts(_filter_products(query), shop=self.shop), query=query)
        left = find_left(variant for product in page.rows for variant in product.variants.all())
        results: list[ProductResponse] = [
            product_response(product, ratings=product.shop_ratings, shop=self.shop, left=left) for product in page.rows
        ]
        return Response(ProductPage(build_next(request, page), results))


class VariantDetail(CatalogView):
    """One variant by its SKU."""

    @extend_schema(
        operation_id="get_variant",
        summary="A variant with its prices",
        tags=["catalog"],
        parameters=describe_query(VariantQuery),
        responses={200: VariantResponse, **describe_problems()},
    )
    def get(self, request: Request, sku: str) -> Response:
        query = read_query(request.GET, VariantQuery)
        variant = find_variant(sku, "tiers", "texts", "availabilities")
        response = variant_response(variant, shop=self.shop, left=find_left([variant]))
        if query.lang:
            response.texts = [text for text in response.texts if text.language == query.lang.upper()]
        return Response(response)


class VariantQuote(CatalogView):
    """What a quantity costs."""

    @extend_schema(
        operation_id="get_quote",
        summary="The price of a quantity",
        tags=["catalog"],
        parameters=describe_query(QuoteQuery),
        responses={200: QuoteResponse, **describe_problems(422)},
    )
    def get(self, request: Request, sku: str) -> Response:
        query = read_query(request.GET, QuoteQuery)
        variant = find_variant(sku, "tiers", "availabilities")
        quote = quote_price(variant, quantity=query.quantity, currency=self.shop.currency)
        return Response(quote_response(variant, quote, shop=self.shop, left=find_left([variant])))


def find_variant(sku: str, *parts: str) -> Variant:
    """Return the variant with the parts prefetched. Raises NotFound, also when it is gone at its vendor."""
    variant = Variant.objects.filter(sku=sku, gone_at=None).prefetch_related(*parts).order_by("pk").first()
    if variant is None:
        raise NotFound(_("The catalogue has no such SKU."))
    return variant


def _filter_products(query: ProductQuery) -> QuerySet[Product]:
    products = Product.objects.filter(gone_at=None)
    if query.sku:
        products = products.filter(pk__in=Variant.objects.filter(sku=query.sku).values("product"))
    if query.category:
        within = Q(categories__path=query.category) | Q(categories__path__startswith=f"{query.category}/")
        products = products.filter(pk__in=Product.objects.filter(within).values("pk"))
    if query.search:
        named = Q(name__icontains=query.search)
        products = products.filter(
            named | Q(pk__in=Variant.objects.filter(sku__icontains=query.search).values("product"))
        )
    return products


def _with_parts(products: QuerySet[Product], *, shop: Shop) -> QuerySet[Product]:
    variants = Variant.objects.filter(shown_variants()).order_by("pk").prefetch_related("availabilities")
    return with_ratings(products, shop=shop).prefetch_related("categories", Prefetch("variants", queryset=variants))
