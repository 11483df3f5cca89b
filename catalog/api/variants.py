"""Variants over REST, read only: many at once, one by its SKU, and what a quantity of it costs."""

from collections.abc import Iterable
from typing import Annotated

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from msgspec import Meta, Struct
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.accounts.services.markets import Market, get_market
from backoffice.api.caching import HEADERS, NOT_MODIFIED, revalidated
from backoffice.api.pagination import Id
from backoffice.api.schema import describe_problems, describe_query
from backoffice.api.validation import read_query
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from catalog.api.examples import QUOTES, VARIANT_PAGES, VARIANTS
from catalog.api.feeds import FeedQuery, next_address, read_feed
from catalog.api.languages import Language, read_languages
from catalog.api.markets import MarketCountry, MarketCurrency
from catalog.api.responses import (
    QuoteResponse,
    RemovedVariant,
    VariantPage,
    VariantResponse,
    quote_response,
    variant_response,
)
from catalog.api.views import CatalogView
from catalog.models import PriceList, PriceTier, Variant, VariantText
from catalog.services.market_prices import tiers_in_market
from catalog.services.orderable import orderable_vendors, shown_variants
from catalog.services.quotes import quote_price
from catalog.services.stock import find_left

SKU = Annotated[str, Meta(min_length=1, max_length=100), Text.CODE]


class VariantListQuery(FeedQuery, kw_only=True):
    """Filters of the list; all must hold."""

    page_size: Annotated[int, Meta(ge=1, le=1000)] = 250
    sku: Annotated[
        list[SKU],
        Meta(max_length=100, description="Exactly these SKUs, whatever characters they have. May be given many times."),
    ] = []
    product: Annotated[Id | None, Meta(description="The variants of this product.")] = None
    lang: Language = ""
    currency: MarketCurrency = ""
    country: MarketCountry = ""


class VariantQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    lang: Language = ""
    currency: MarketCurrency = ""
    country: MarketCountry = ""


class QuoteQuery(Struct, forbid_unknown_fields=True, kw_only=True):
    quantity: Annotated[int, Meta(ge=1, le=2_147_483_647, examples=[100])]
    currency: MarketCurrency = ""
    country: MarketCountry = ""


@revalidated
class Variants(CatalogView):
    """The variants that storefronts see, with all there is to know of them."""

    @extend_schema(
        operation_id="list_variants",
        summary="Variants with prices and stock, newest first or by change",
        description="To keep a copy of the catalogue, read all pages by change with "
        "`updated_since=1970-01-01T00:00:00Z`, and from then on only what changed since the last page's `resume_at`. "
        "Nothing is missed: what is read twice may be written twice. What orders take of a stock is no change of the "
        "catalogue; before selling the last pieces ask for a quote.",
        tags=["catalog"],
        parameters=[*describe_query(VariantListQuery), *HEADERS],
        examples=VARIANT_PAGES,
        responses={200: VariantPage, **NOT_MODIFIED, **describe_problems(422)},
    )
    def get(self, request: Request) -> Response:
        query = read_query(request.GET, VariantListQuery)
        market = get_market(self.shop, currency=query.currency, country=query.country)
        rows = _with_parts(_filter(query), lang=query.lang)
        page = read_feed(rows, query=query, shown=shown_variants(), filters=("product",))
        return Response(
            VariantPage(
                next=next_address(request, page),
                next_cursor=page.cursor or None,
                resume_at=page.resume_at,
                results=self._responses(page.rows, market=market, languages=read_languages(request, query.lang)),
                removed=[RemovedVariant(row.pk, row.sku, row.gone_at or row.revised_at) for row in page.removed],
            )
        )

    def _responses(
        self, variants: Iterable[Variant], *, market: Market, languages: tuple[str, ...]
    ) -> list[VariantResponse]:
        left, tiers = find_left(variants), tiers_in_market(variants, market)
        return [
            variant_response(row, shop=self.shop, market=market, left=left, tiers=tiers[row.pk], languages=languages)
            for row in variants
        ]


@revalidated
class VariantDetail(CatalogView):
    """One variant by its SKU."""

    @extend_schema(
        operation_id="get_variant",
        summary="A variant with its prices",
        description='A SKU with "/" may be written as it is or as `%2F`. One that ends in `/quote` is found by '
        "`variants/?sku=` only.",
        tags=["catalog"],
        parameters=[*describe_query(VariantQuery), *HEADERS],
        examples=VARIANTS,
        responses={200: VariantResponse, **NOT_MODIFIED, **describe_problems(422)},
    )
    def get(self, request: Request, sku: str) -> Response:
        query = read_query(request.GET, VariantQuery)
        market = get_market(self.shop, currency=query.currency, country=query.country)
        variant = find_variant(_with_parts(Variant.objects.all(), lang=query.lang), sku)
        return Response(
            variant_response(
                variant,
                shop=self.shop,
                market=market,
                left=find_left([variant]),
                tiers=tiers_in_market([variant], market)[variant.pk],
                languages=read_languages(request, query.lang),
            )
        )


@revalidated
class VariantQuote(CatalogView):
    """What a quantity costs."""

    @extend_schema(
        operation_id="get_quote",
        summary="The price of a quantity",
        tags=["catalog"],
        parameters=[*describe_query(QuoteQuery), *HEADERS],
        examples=QUOTES,
        responses={200: QuoteResponse, **NOT_MODIFIED, **describe_problems(422)},
    )
    def get(self, request: Request, sku: str) -> Response:
        query = read_query(request.GET, QuoteQuery)
        market = get_market(self.shop, currency=query.currency, country=query.country)
        variant = find_variant(Variant.objects.prefetch_related("tiers", "availabilities"), sku)
        quote = quote_price(variant, quantity=query.quantity, market=market)
        return Response(quote_response(variant, quote, shop=self.shop, market=market, left=find_left([variant])))


def find_variant(variants: QuerySet[Variant], sku: str) -> Variant:
    """Return the variant of the SKU that an order gets: of several vendors' that of the first. Raises NotFound, also
    when it is gone at its vendor.
    """
    vendors = orderable_vendors()
    found = variants.filter(sku=sku, gone_at=None, vendor__in=vendors)
    variant = min(found, key=lambda one: vendors.index(one.vendor), default=None)
    if variant is None:
        raise NotFound(_("This SKU is not in the catalogue."))
    return variant


def _filter(query: VariantListQuery) -> QuerySet[Variant]:
    variants = Variant.objects.filter(vendor__in=orderable_vendors())
    if query.sku:
        variants = variants.filter(sku__in=query.sku)
    if query.product is not None:
        variants = variants.filter(product=query.product)
    return variants


def _with_parts(variants: QuerySet[Variant], *, lang: str) -> QuerySet[Variant]:
    """Add all that a response shows, in four queries for any number of variants."""
    texts = VariantText.objects.order_by("language")
    if lang:
        texts = texts.filter(language=lang.upper())
    shown = PriceTier.objects.exclude(price_list=PriceList.PURCHASE)
    return variants.prefetch_related(Prefetch("tiers", shown), "availabilities", "relations", Prefetch("texts", texts))
