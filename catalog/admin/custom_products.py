"""Custom products in the admin: the list with pictures, the page of one with all that the vendor said, our copies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.engine.services.files import open_file
from backoffice.staff.filter_form import FilterForm, RowField
from backoffice.staff.list_page import ListPage, Tab
from backoffice.staff.pages import PagesAdmin, View, act
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from backoffice.web.file_answers import file_response
from catalog.chips import picture_chip
from catalog.models import CustomPicture, CustomProduct
from catalog.services.custom_pictures import PICTURES
from catalog.services.search import search_custom_products


class CustomProductFilters(FilterForm):
    HIDDEN = ("shop",)

    shop = RowField(Shop.objects.order_by("code"), required=False, to_field_name="code")

    def search(self, rows: QuerySet[CustomProduct], text: str) -> QuerySet[CustomProduct]:
        return search_custom_products(rows, text)


@dataclass(frozen=True)
class CustomProductRow:
    product: CustomProduct
    picture: str
    chip: Chip


class CustomProductList(ListPage[CustomProduct]):
    """A tab for each shop that sells signs, where there are several."""

    title = gettext_lazy("Custom products")
    template_name = "catalog/custom_product_list.html"
    queryset = (
        CustomProduct.objects.select_related("shop")
        .defer("description_html", "external_data")
        .prefetch_related(Prefetch("pictures", CustomPicture.objects.order_by("position")))
    )
    filter_class = CustomProductFilters
    search_words = gettext_lazy("Title, our ID or vendor ID")
    empty_icon = "draw"

    def get_rows(self, found: list[CustomProduct]) -> list[CustomProductRow]:
        return [_row(product) for product in found]

    def get_tabs(self) -> list[Tab]:
        shops = list(visible(Shop.objects.filter(sign_integration_id__isnull=False)).order_by("code"))
        chosen = self.filters.values.get("shop")
        tabs = [Tab(shop, f"shop={shop.code}", shop == chosen) for shop in shops]
        return [Tab(_("All"), "", not chosen), *tabs] if len(tabs) > 1 else []


@admin.register(CustomProduct)
class CustomProductAdmin(PagesAdmin):
    """What shoppers designed: told by the vendor, read here."""

    list_page = CustomProductList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("<int:pk>/picture/<int:position>/", "picture", self.picture),
            ("<int:pk>/picture/<int:position>/fetch/", "fetch", self.fetch),
        ]

    def detail_view(self, request: HttpRequest, product: CustomProduct) -> HttpResponse:
        pictures = list(product.pictures.all())
        return self.render(
            request,
            "catalog/custom_product.html",
            title=str(product),
            product=product,
            pictures=pictures,
            hero=_shown(pictures),
            data=_flat(product.external_data),
            may_fetch=self.may(request, "change_customproduct"),
            # Their search knows what was bought.
            orders=f"{reverse('admin:orders_order_changelist')}?q={product.external_id}",
        )

    def picture(self, request: HttpRequest, pk: int, position: int) -> HttpResponseBase:
        self.require_view(request)
        picture = _picture(pk, position)
        try:
            content = open_file(picture)
        except FileNotFoundError:
            raise Http404 from None
        return file_response(content, content_type=picture.content_type, name=f"sign-{pk}-{position}")

    def fetch(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        self.require(request, "change_customproduct")
        picture = _picture(pk, position)

        def do() -> str:
            PICTURES.try_again(picture)
            return _("It will be fetched within a minute.")

        return act(request, do, to=reverse("admin:catalog_customproduct_change", args=[pk]))


def _shown(pictures: Iterable[CustomPicture]) -> str:
    """Return where we serve the first copy that we have, "" while there is none."""
    kept = next((picture for picture in pictures if picture.is_kept), None)
    return reverse("admin:catalog_customproduct_picture", args=[kept.product_id, kept.position]) if kept else ""


def _picture(pk: int, position: int) -> CustomPicture:
    """Return the picture. Raises Http404."""
    pictures = visible(CustomPicture.objects.filter(product=pk, position=min(position, 32_767)))
    picture = pictures.first() if position < 32_768 else None
    if picture is None:
        raise Http404
    return picture


def _row(product: CustomProduct) -> CustomProductRow:
    """Show one chip for all pictures: the worst is what matters."""
    pictures = list(product.pictures.all())
    order = [Tone.RED, Tone.AMBER, Tone.GREY, Tone.GREEN]
    none = Chip(Tone.GREY, "image_not_supported", _("no image"))
    chip = min(map(picture_chip, pictures), key=lambda one: order.index(one.tone), default=none)
    return CustomProductRow(product, _shown(pictures), chip)


def _flat(data: Any) -> list[tuple[str, str]]:
    """Return the vendor's free data as names and texts; what lies deeper is shown as it is."""
    if data in (None, [], {}):
        return []
    pairs = data.items() if isinstance(data, dict) else [("", data)]
    return [(str(name), "–" if value is None else str(value)) for name, value in pairs]
