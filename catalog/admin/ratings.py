"""What buyers say, in the admin: the shops above, the rated products below."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin
from catalog.admin.rating_context import RatingContext, rating_context, shop_rating_context
from catalog.models import Rating


class RatingList(ListPage[Rating]):
    """The shops stand above."""

    title = _("Ratings")
    template_name = "catalog/rating_list.html"
    queryset = Rating.objects.filter(number__gt=0).select_related("shop", "product")
    empty_icon = "star"

    def get_rows(self, found: list[Rating]) -> list[RatingContext]:
        return [rating_context(rating, with_reviews=False) for rating in found]

    def get_context_data(self) -> dict[str, Any]:
        return {"shops": shop_rating_context(), **super().get_context_data()}


@admin.register(Rating)
class RatingAdmin(PagesAdmin):
    """Read from the vendor by schedule or by command; a product's rating is on the product's page."""

    list_page = RatingList

    def detail_view(self, request: HttpRequest, rating: Rating) -> HttpResponse:
        if rating.product_id is None:
            if rating.number:
                raise Http404
            return HttpResponseRedirect(reverse("admin:catalog_rating_changelist"))
        return HttpResponseRedirect(reverse("admin:catalog_product_change", args=[rating.product_id]))
