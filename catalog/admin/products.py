"""Products in the admin: the list and the page of one with its variants."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from backoffice.staff.pages import PagesAdmin
from catalog.admin.product_pages.listing import ProductList, product_chip, variant_rows
from catalog.admin.rating_context import product_ratings
from catalog.models import Product, VariantChange

VARIANTS_SHOWN = 200
CHANGES_SHOWN = 30


@admin.register(Product)
class ProductAdmin(PagesAdmin):
    """Groups of variants as a vendor lists them."""

    list_page = ProductList

    def detail_view(self, request: HttpRequest, product: Product) -> HttpResponse:
        variants = list(product.variants.order_by("sku")[: VARIANTS_SHOWN + 1])
        listed = [variant for variant in variants if variant.gone_at is None]
        orderable = sum(variant.orderable for variant in listed)
        changes = VariantChange.objects.filter(variant__product=product).select_related("variant", "run")
        return self.render(
            request,
            "catalog/product.html",
            title=str(product),
            product=product,
            chip=product_chip(product, variants=len(listed), orderable=orderable),
            categories=list(product.categories.order_by("path")),
            texts=list(product.texts.order_by("language")),
            rows=variant_rows(variants[:VARIANTS_SHOWN]),
            has_more=len(variants) > VARIANTS_SHOWN,
            changes=changes[:CHANGES_SHOWN],
            ratings=product_ratings(product),
        )
