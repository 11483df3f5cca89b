"""Uploaded tables of products: what one would change, and whether it is to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.filter_form import RowField
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.connectors.woocommerce.models import WooConnection, WooProduct, WooProductTable
from orders.connectors.woocommerce.services.product_tables import (
    MOST_BYTES,
    MOST_ROWS,
    accept_product_table,
    can_import_table,
    discard_product_table,
    import_product_table,
)

PREVIEWED = 100
_MAP = "change_wooproduct"


class ShopOfConnectionField(RowField):
    """Connections by the names of their shops."""

    def label_from_instance(self, obj: WooConnection) -> str:
        return obj.shop.name


class WooTableForm(forms.Form):
    """A table, and the shop whose products are in it."""

    connection = ShopOfConnectionField(
        WooConnection.objects.select_related("shop").order_by("shop__name"),
        label=gettext_lazy("Shop"),
        empty_label=None,
    )
    file = forms.FileField(label=gettext_lazy("XLSX or CSV file"))


class WooTableList(ListPage[WooProductTable]):
    title = gettext_lazy("Product tables")
    template_name = "woocommerce/table_list.html"
    queryset = WooProductTable.objects.select_related("connection__shop").defer(
        "requests", "problems", "connection__credentials", "connection__secret"
    )
    empty_icon = "table"

    def get_context_data(self) -> dict[str, Any]:
        chosen = self.request.GET.get("connection", "")
        connections = visible(WooConnection.objects.select_related("shop").defer("credentials", "secret"))
        return super().get_context_data() | {
            "form": WooTableForm(initial={"connection": chosen}),
            "connections": list(connections.order_by("shop__name")[:100]),
            "most_rows": MOST_ROWS,
            "most_megabytes": MOST_BYTES // 1024 // 1024,
            "may_map": self.request.user.has_perm("woocommerce.change_wooproduct"),
        }


@admin.register(WooProductTable)
class WooProductTableAdmin(PagesAdmin):
    """Uploaded, looked at, imported or discarded."""

    list_page = WooTableList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("upload/", "upload", self.upload),
            ("<int:pk>/import/", "import", self.import_now),
            ("<int:pk>/discard/", "discard", self.discard),
        ]

    def detail_view(self, request: HttpRequest, table: WooProductTable) -> HttpResponse:
        return self.render(
            request,
            "woocommerce/table.html",
            title=table.file_name,
            table=table,
            preview=_preview(table),
            previewed=PREVIEWED,
            may_import=self.may(request, _MAP) and bool(can_import_table(table)),
        )

    def upload(self, request: HttpRequest) -> HttpResponse:
        self.require(request, _MAP)
        back = reverse("admin:woocommerce_wooproducttable_changelist")
        form = WooTableForm(request.POST, request.FILES)
        if request.method != "POST" or not form.is_valid():
            return refuse(request, DomainError(_("Choose a shop and a file.")), to=back)
        file = form.cleaned_data["file"]
        try:
            table = accept_product_table(
                form.cleaned_data["connection"],
                file.read(MOST_BYTES + 1),
                file_name=file.name,
                actor=actor(request),
            )
        except DomainError as error:
            return refuse(request, error, to=back)
        return HttpResponseRedirect(_page(table.pk))

    def import_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _MAP)
        table = find_or_404(WooProductTable, pk)

        def do() -> str:
            count = import_product_table(table, actor=actor(request))
            text = ngettext("%(count)d product now has its SKU.", "%(count)d products now have their SKU.", count)
            return text % {"count": count}

        return act(request, do, to=_page(pk))

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _MAP)
        table = find_or_404(WooProductTable, pk)

        def do() -> str:
            discard_product_table(table, actor=actor(request))
            return _("Discarded: nothing was stored.")

        return act(request, do, to=_page(pk))


def _page(pk: int) -> str:
    return reverse("admin:woocommerce_wooproducttable_change", args=[pk])


def _preview(table: WooProductTable) -> list[tuple[WooProduct, str]]:
    """Return the first products that would change, each with its SKU then."""
    requests = dict(list(table.requests.items())[:PREVIEWED])
    products = WooProduct.objects.in_bulk([int(key) for key in requests])
    return [(products[int(key)], sku) for key, sku in requests.items() if int(key) in products]
