"""Price limits of shops and their categories: what change sets are warned of, and what a second person approves."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import Outdated
from backoffice.staff.base import refuse
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, get_visible_or_404
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from catalog.admin.limits.page import LimitsPage, ShopRow
from catalog.models import CatalogRules
from catalog.services.price_limits import limits_by_shop, save_limits


class PriceLimitList(ListPage[Shop]):
    """The shops; of a single one its page is shown at once."""

    title = gettext_lazy("Price limits")
    template_name = "catalog/price_limits_list.html"
    queryset = Shop.objects.all()
    empty_icon = "tune"

    def get_rows(self, found: list[Shop]) -> Sequence[ShopRow]:
        limits = limits_by_shop(found)
        return [ShopRow(shop, limits[shop.pk]) for shop in found]


@admin.register(CatalogRules)
class PriceLimitsAdmin(PagesAdmin):
    """A shop has its page before anybody has set a limit for it."""

    list_page = PriceLimitList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("shop/<slug:code>/", "shop", self.shop_view)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        codes = list(visible(Shop.objects.all()).values_list("code", flat=True)[:2])
        if len(codes) == 1:
            return HttpResponseRedirect(page_of_shop(codes[0]))
        return super().changelist_view(request, extra_context)

    def detail_view(self, request: HttpRequest, rules: CatalogRules) -> HttpResponse:
        return HttpResponseRedirect(page_of_shop(rules.shop.code))

    def shop_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show and save the limits of a shop."""
        self.require_view(request)
        is_sent = request.method == "POST"
        if is_sent:
            self.require(request, "change_catalogrules")
        shop = get_visible_or_404(Shop, code=code)
        page = LimitsPage(shop, request.POST if is_sent else None)
        if is_sent and (answer := _save(request, shop, page)):
            return answer
        return self.render(
            request,
            "catalog/price_limits.html",
            title=_("Price limits of %(shop)s") % {"shop": shop.name},
            shop=shop,
            limits=page,
            may_change=self.may(request, "change_catalogrules"),
        )


def page_of_shop(code: str) -> str:
    """Return the address of a shop's page."""
    return reverse("admin:catalog_catalogrules_shop", args=[code])


def _save(request: HttpRequest, shop: Shop, page: LimitsPage) -> HttpResponse | None:
    """Save what was sent and lead back to the page; None where it is shown again with its complaints."""
    revision = request.POST.get("revision", "")
    try:
        # First: fields of categories that somebody else has added or removed would be read as those of others.
        page.kept.ensure_revision(revision)
        if not page.is_valid:
            return None
        if page.wanted == page.kept:
            messages.info(request, _("Nothing was changed."))
        else:
            save_limits(shop, page.wanted, revision=revision)
            messages.success(request, _("The price limits of %(shop)s are saved.") % {"shop": shop.name})
    except Outdated as error:
        return refuse(request, error)
    return HttpResponseRedirect(request.path)
