"""What buyers say, in the admin: the shops above, the rated products below."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin, find_or_404
from backoffice.translatable import gettext as _
from catalog.admin.rating_facts import rating_facts, shop_facts
from catalog.models import Rating

SIZE = 50


@admin.register(Rating)
class RatingAdmin(PagesAdmin):
    """Read from the vendor by schedule or by command; a product's rating is on the product's page."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rated = Rating.objects.filter(number__gt=0).select_related("shop", "product")
        page = page_of(rated, request.GET, size=SIZE)
        return self.render(
            request,
            "catalog/rating_list.html",
            title=_("Ratings"),
            shops=shop_facts(),
            page=page,
            rows=[rating_facts(rating, with_reviews=False) for rating in page.rows],
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rating = find_or_404(Rating, object_id)
        if rating.product_id is None:
            if rating.number:
                raise Http404
            return HttpResponseRedirect(reverse("admin:catalog_rating_changelist"))
        return HttpResponseRedirect(reverse("admin:catalog_product_change", args=[rating.product_id]))
