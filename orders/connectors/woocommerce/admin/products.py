"""The table of products: which SKU of ours each is."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from backoffice.errors import InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import read_key
from backoffice.staff.list_page import ListPage
from backoffice.staff.marks import back_to
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.table_files import table_response
from backoffice.tables.cells import read_code
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.connectors.woocommerce.admin.forms import WooProductForm, connection_choices
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services.mapping import (
    accept_proposals,
    count_proposals,
    map_products,
    map_where_ours,
    propose,
)
from orders.connectors.woocommerce.services.product_tables import COLUMNS, export_products
from orders.connectors.woocommerce.services.shop_products import request_products


class WooProductFilters(FilterForm):
    """What products can be filtered by."""

    CONDITIONS = {("unmapped", "1"): Q(sku=""), ("refused", "1"): ~Q(stock_cause="")}
    HIDDEN = ("unmapped", "refused")

    unmapped = choice_field("", [("1", "")])
    refused = choice_field("", [("1", "")])
    connection = choice_field(gettext_lazy("Shop"), connection_choices)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(woo_sku=text) | Q(sku=text) | Q(name__icontains=text))


class WooProductList(ListPage[WooProduct]):
    title = gettext_lazy("Products at WooCommerce")
    template_name = "woocommerce/product_list.html"
    queryset = WooProduct.objects.select_related("connection__shop").defer(
        "connection__credentials", "connection__secret"
    )
    filter_class = WooProductFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Without our SKU"), "unmapped=1"),
        (gettext_lazy("Stock not accepted"), "refused=1"),
    )
    search_words = gettext_lazy("SKU or name")
    empty_icon = "category"
    filters: WooProductFilters

    def get_rows(self, found: list[WooProduct]) -> list[dict[str, Any]]:
        proposed = propose(found)
        return [{"product": product, "proposed": proposed.get(product.pk, "")} for product in found]

    def get_context_data(self) -> dict[str, Any]:
        connection = _chosen(self.filters.values.get("connection"))
        return super().get_context_data() | {
            "connection": connection,
            "proposals": count_proposals(connection) if connection else 0,
            "may_map": self.request.user.has_perm("woocommerce.change_wooproduct"),
        }


def _chosen(key: Any) -> WooConnection | None:
    """Return the connection that is filtered by, or the only one that there is."""
    rows = visible(WooConnection.objects.select_related("shop")).defer("credentials", "secret")
    some = list(rows.filter(pk=key) if key else rows[:2])
    return some[0] if len(some) == 1 else None


_TYPED = "sku-"


@admin.register(WooProduct)
class WooProductAdmin(PagesAdmin):
    """Found in orders; their SKUs are given here."""

    list_page = WooProductList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("export/", "export", self.export),
            ("accept/", "accept", self.accept),
            ("read/", "read", self.read),
            ("map/", "map", self.map_shown),
        ]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Stream the products of a shop, as `?connection=&format=xlsx|csv`; with `unmapped=1` those without our SKU."""
        self.require_view(request)
        connection = find_or_404(WooConnection, request.GET.get("connection", ""))
        products = WooProduct.objects.filter(connection=connection)
        if request.GET.get("unmapped"):
            products = products.filter(sku="")
        rows, file_format = export_products(products), request.GET.get("format", "xlsx")
        return table_response(COLUMNS, rows, name="woocommerce-products", file_format=file_format)

    def accept(self, request: HttpRequest) -> HttpResponse:
        """Take all that is proposed."""
        self.require(request, "change_wooproduct")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        connection = find_or_404(WooConnection, request.POST.get("connection", ""))

        def do() -> str:
            count = accept_proposals(connection, actor=actor(request))
            return ngettext("%(count)d product now has our SKU.", "%(count)d products now have our SKU.", count) % {
                "count": count
            }

        return act(request, do, to=_list_of(connection))

    def map_shown(self, request: HttpRequest) -> HttpResponse:
        """Take the SKUs typed into the list, by product, as `sku-<key>`; those that are not ours are named. Products
        that the reader does not see stay as they are.
        """
        self.require(request, "change_wooproduct")

        def do() -> str:
            typed = {read_key(name[len(_TYPED) :]): sku for name, sku in request.POST.dict().items() if _TYPED in name}
            skus = {key: read_code(str(sku)) for key, sku in typed.items() if key is not None}
            seen = visible(WooProduct.objects.filter(pk__in=skus)).values_list("pk", flat=True)
            skus = {key: skus[key] for key in seen}
            changed = map_where_ours(skus, actor=actor(request))
            text = ngettext("%(count)d product has changed.", "%(count)d products have changed.", changed)
            return text % {"count": changed}

        return act(request, do, to=back_to(request, "admin:woocommerce_wooproduct_changelist"))

    def read(self, request: HttpRequest) -> HttpResponse:
        """Read the products of a shop again."""
        self.require(request, "change_wooproduct")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        connection = find_or_404(WooConnection, request.POST.get("connection", ""))

        def do() -> str:
            request_products(connection)
            return _("The products are being read. New ones appear within minutes.")

        return act(request, do, to=_list_of(connection))

    def detail_view(self, request: HttpRequest, product: WooProduct) -> HttpResponse:
        may_change = self.may(request, "change_wooproduct")
        proposed = propose([product]).get(product.pk, "")
        form = WooProductForm(request.POST or None, initial={"sku": product.sku or proposed})
        if request.method == "POST":
            self.require(request, "change_wooproduct")
            if form.is_valid():
                try:
                    map_products(product.connection, {product.pk: form.cleaned_data["sku"]}, actor=actor(request))
                except InvalidInput as error:
                    form.add_error("sku", error.text)
                else:
                    messages.success(
                        request, str(gettext_lazy("Saved. Orders that were waiting for it are imported now."))
                    )
                    return HttpResponseRedirect(reverse("admin:woocommerce_wooproduct_changelist"))
        return self.render(
            request,
            "woocommerce/product.html",
            title=str(product),
            product=product,
            form=form,
            proposed=proposed,
            may_change=may_change,
        )


def _list_of(connection: WooConnection) -> str:
    return f"{reverse('admin:woocommerce_wooproduct_changelist')}?connection={connection.pk}"
