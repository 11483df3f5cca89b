"""The lists of variants and products, and the rows of variants on other pages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext_lazy

from backoffice.sight import may_see_purchase_prices
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from catalog.admin.product_pages.filters import ProductFilters, VariantFilters
from catalog.models import PriceList, PriceTier, Product, Variant


@dataclass(frozen=True)
class Span:
    """Lowest and highest net unit price; None without any."""

    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class VariantRow:
    variant: Variant
    purchase: Span
    sales: Span


@dataclass(frozen=True)
class ProductRow:
    """`orderable` of `variants` can be ordered; gone ones are not counted."""

    product: Product
    chip: Chip
    variants: int
    orderable: int
    purchase: Span
    currency: str


def variant_rows(variants: list[Variant]) -> list[VariantRow]:
    """Return the variants with their prices, in one query for all."""
    spans: dict[tuple[int, str], Span] = {}
    tiers = PriceTier.objects.filter(variant__in=[variant.pk for variant in variants]).order_by()
    if not may_see_purchase_prices():
        tiers = tiers.exclude(price_list=PriceList.PURCHASE)
    for row in tiers.values("variant_id", "price_list").annotate(low=Min("price"), high=Max("price")):
        spans[row["variant_id"], row["price_list"]] = Span(row["low"], row["high"])
    return [
        VariantRow(
            variant,
            purchase=spans.get((variant.pk, PriceList.PURCHASE), Span()),
            sales=spans.get((variant.pk, PriceList.SALES), Span()),
        )
        for variant in variants
    ]


class VariantList(ListPage[Variant]):
    key = "variants"
    permission, change_permission = "catalog.view_variant", "catalog.change_changeset"
    title = gettext_lazy("Variants")
    template_name = "catalog/variant_list.html"
    queryset = Variant.objects.select_related("product").defer("media", "properties", "parts")
    filter_class = VariantFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Orderable"), "state=orderable"),
        (gettext_lazy("Not orderable"), "state=blocked"),
        (gettext_lazy("Delisted"), "state=gone"),
    )
    search_words = gettext_lazy("SKU, name, GTIN or vendor ID")

    def get_rows(self, found: list[Variant]) -> list[VariantRow]:
        return variant_rows(found)


class ProductList(ListPage[Product]):
    key = "products"
    permission, change_permission = "catalog.view_product", "catalog.change_changeset"
    title = gettext_lazy("Products")
    template_name = "catalog/product_list.html"
    queryset = Product.objects.prefetch_related("categories")
    filter_class = ProductFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Listed"), "state=listed"),
        (gettext_lazy("Delisted"), "state=gone"),
    )
    search_words = gettext_lazy("Name, SKU, GTIN or vendor ID")

    def get_rows(self, found: list[Product]) -> list[ProductRow]:
        return _product_rows(found)


def _product_rows(products: list[Product]) -> list[ProductRow]:
    keys = [product.pk for product in products]
    listed = Variant.objects.filter(product__in=keys, gone_at=None).order_by()
    figures = listed.values("product_id").annotate(
        variants=Count("pk"), orderable=Count("pk", filter=Q(orderable=True)), currency=Min("currency")
    )
    counts: dict[int, Any] = {row["product_id"]: row for row in figures}
    tiers = PriceTier.objects.filter(
        variant__product__in=keys, variant__gone_at=None, price_list=PriceList.PURCHASE
    ).order_by()
    tiers = tiers if may_see_purchase_prices() else tiers.none()
    spans = {
        row["variant__product_id"]: Span(row["low"], row["high"])
        for row in tiers.values("variant__product_id").annotate(low=Min("price"), high=Max("price"))
    }
    rows = []
    for product in products:
        count = counts.get(product.pk, {"variants": 0, "orderable": 0, "currency": ""})
        chip = product_chip(product, variants=count["variants"], orderable=count["orderable"])
        span = spans.get(product.pk, Span())
        rows.append(ProductRow(product, chip, count["variants"], count["orderable"], span, count["currency"]))
    return rows


def product_chip(product: Product, *, variants: int, orderable: int) -> Chip:
    """Return whether anything of it can be ordered."""
    if product.gone_at:
        return Chip(Tone.AMBER, "remove_circle", _("delisted"), hint=_("The vendor no longer lists it."))
    if orderable == variants and variants:
        return Chip(Tone.GREEN, "check_circle", _("orderable"))
    if orderable:
        return Chip(Tone.BLUE, "check_circle", _("partly orderable"))
    return Chip(Tone.AMBER, "block", _("not orderable"))
