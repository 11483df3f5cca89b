"""Variants in the admin: the list and the page of one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from backoffice.admin.pages import PagesAdmin, find_or_404
from backoffice.translatable import gettext as _
from catalog.admin.listing import variant_listing
from catalog.admin.variant_facts import variant_facts
from catalog.models import Variant


@admin.register(Variant)
class VariantAdmin(PagesAdmin):
    """What a vendor offers: read here, changed by synchronisations only."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.render(request, "catalog/variant_list.html", title=_("Variants"), **variant_listing(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        variant = find_or_404(Variant, object_id)
        return self.render(
            request, "catalog/variant.html", title=variant.sku, facts=variant_facts(variant), variant=variant
        )
