"""The catalogue over REST, read only."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.models.shop import Scope, Shop
from backoffice.api.caching import HEADERS, NOT_MODIFIED, revalidated
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import read_query
from backoffice.api.views import ApiView
from catalog.api.examples import PRODUCT_PAGES
from catalog.api.feeds import FeedQuery, next_address, read_feed
from catalog.api.languages import Language, read_languages
from catalog.api.responses import ProductPage, ProductResponse, RemovedProduct, product_response
from catalog.models import Product, ProductText, Variant, VariantText
from catalog.services.orderable import orderable_vendors, shown_variants
from catalog.services.ratings import with_ratings
from catalog.services.stock import find_left


class ProductQuery(FeedQuery, kw_only=True):
    """Filters of the list; all must hold."""

    page_size: Annotated[int, Meta(ge=1, le=250)] = 50
    sku: Annotated[str, Meta(max_length=100, description="Products with a variant of exactly this SKU.")] = ""
    category: Annotated[str, Meta(max_length=500, description="A category's path, with those below it.")] = ""
    search: Annotated[str, Meta(max_length=100, description="Part of a product's name or of a SKU.")] = ""
    lang: Language = ""


class CatalogView(ApiView):
    required_scopes: ClassVar = {"GET": Scope.CATALOG_READ}


@revalidated
class Products(CatalogView):
    """Products that are on offer at their vendor."""

    @extend_schema(
        operation_id="list_products",
        summary="Products, newest first or by change",
        description="By change (`updated_since`) a product comes when it or any of its variants changed.",
        tags=["catalog"],
        parameters=[*describe_query(ProductQuery), *HEADERS],
        examples=PRODUCT_PAGES,
        responses={200: ProductPage, **NOT_MODIFIED, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, ProductQuery)
        rows = _with_parts(_filter_products(query), shop=self.shop)
        page = read_feed(rows, query=query, shown=Q(gone_at=None), filters=("sku", "category", "search"))
        return Response(
            ProductPage(
                next=next_address(request, page),
                next_cursor=page.cursor or None,
                resume_at=page.resume_at,
                results=self._responses(page.rows, languages=read_languages(request, query.lang)),
                removed=[RemovedProduct(row.pk, row.gone_at) for row in page.removed],
            )
        )

    def _responses(self, products: Sequence[Any], *, languages: tuple[str, ...]) -> list[ProductResponse]:
        """Return the products as the shop sees them, names in the first of the languages that has one."""
        variants = [variant for product in products for variant in product.variants.all()]
        if languages:
            prefetch_related_objects(products, Prefetch("texts", ProductText.objects.filter(language__in=languages)))
            prefetch_related_objects(variants, Prefetch("texts", VariantText.objects.filter(language__in=languages)))
        left = find_left(variants)
        return [
            product_response(product, ratings=product.shop_ratings, shop=self.shop, left=left, languages=languages)
            for product in products
        ]


def _filter_products(query: ProductQuery) -> QuerySet[Product]:
    products = Product.objects.filter(vendor__in=orderable_vendors())
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
