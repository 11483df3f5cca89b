"""Products in the admin: the list and the page of one with its variants."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from backoffice.admin.pages import PagesAdmin, find_or_404
from backoffice.translatable import gettext as _
from catalog.admin.listing import product_chip, product_listing, variant_rows
from catalog.admin.rating_facts import product_ratings
from catalog.admin.variant_facts import change_rows
from catalog.models import Product, VariantChange

VARIANTS_SHOWN = 200
CHANGES_SHOWN = 30


@admin.register(Product)
class ProductAdmin(PagesAdmin):
    """Groups of variants as a vendor lists them."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.render(request, "catalog/product_list.html", title=_("Products"), **product_listing(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        product = find_or_404(Product, object_id)
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
            changes=change_rows(changes[:CHANGES_SHOWN]),
            ratings=product_ratings(product),
        )
