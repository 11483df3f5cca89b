"""Variants in the admin: the list and the page of one."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from backoffice.staff.pages import PagesAdmin
from catalog.admin.product_pages.listing import VariantList
from catalog.admin.product_pages.variant_context import variant_context
from catalog.models import Variant


@admin.register(Variant)
class VariantAdmin(PagesAdmin):
    """What a vendor offers: read here, changed by synchronisations only."""

    list_page = VariantList

    def detail_view(self, request: HttpRequest, variant: Variant) -> HttpResponse:
        return self.render(request, "catalog/variant.html", title=variant.sku, **variant_context(variant))
