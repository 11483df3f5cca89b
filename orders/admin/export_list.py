"""The list of orders told to vendors, and batches as filters of it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.filter_form import ANY, FilterForm
from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin
from backoffice.admin.text_fields import LineField
from backoffice.models import Shop
from backoffice.services.subjects import find_subjects
from backoffice.states import Chip
from backoffice.translatable import gettext as _t
from backoffice.vendors.registry import vendor_names
from orders.admin import chips
from orders.models import ExportBatch, ExportState, Order, OrderExport, OrderState

SIZE = 50


def _vendors() -> list[tuple[str, Any]]:
    return [(ANY, _("any")), *((name, name) for name in vendor_names(able_to="tell_orders"))]


def _shops() -> list[tuple[str, Any]]:
    return [(ANY, _("any")), *Shop.objects.order_by("name").values_list("code", "name")]


class ExportFilters(FilterForm):
    q = LineField(required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[(ANY, _("any")), *ExportState.choices])
    vendor = forms.ChoiceField(label=_("Vendor"), required=False, choices=_vendors)
    shop = forms.ChoiceField(label=_("Shop"), required=False, choices=_shops)
    aside = forms.ChoiceField(
        label=_("Set aside"), required=False, choices=[(ANY, _("any")), ("1", _("set aside by a person"))]
    )
    open = forms.ChoiceField(label=_("Orders"), required=False, choices=[(ANY, _("any")), ("1", _("not cancelled"))])
    batch = forms.IntegerField(label=_("Batch"), required=False, min_value=1, max_value=2**63 - 1)

    PANEL = ("state", "vendor", "shop", "aside", "open", "batch")


@dataclass(frozen=True)
class ExportRow:
    export: OrderExport
    chip: Chip


def export_listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list page; a fixed number of queries."""
    filters = ExportFilters(request.GET)
    values = filters.values
    exports = OrderExport.objects.select_related("order__shop").defer("order__search")
    page = page_of(filter_exports(exports, values), request.GET, size=SIZE)
    return {
        "filters": filters,
        "page": page,
        "rows": [ExportRow(export, chips.told(export)) for export in page.rows],
        "searched": values.get("q", ""),
        "tabs": _tabs(request),
    }


def filter_exports(exports: QuerySet[OrderExport], values: dict[str, Any]) -> QuerySet[OrderExport]:
    """The exports that the filters leave, unordered."""
    for name in ("state", "vendor", "batch"):
        if name in values:
            exports = exports.filter(**{name: values[name]})
    if "shop" in values:
        exports = exports.filter(order__shop__code=values["shop"])
    if "aside" in values:
        exports = exports.exclude(excluded_by="")
    if "open" in values:
        exports = exports.exclude(order__state=OrderState.CANCELLED)
    if "q" in values:
        label = Order._meta.label_lower
        keys = [pk for kind, pk in find_subjects(values["q"]) if kind == label]
        exports = exports.filter(order__in=keys)
    return exports


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    given = {name: value for name, value in request.GET.items() if value}
    views = [
        (_t("All"), "", {}),
        (_t("Waiting"), "state=waiting", {"state": "waiting"}),
        (_t("Told"), "state=sent", {"state": "sent"}),
        (_t("Refused"), "state=refused", {"state": "refused"}),
        (_t("Not told"), "state=skipped", {"state": "skipped"}),
        (_t("Set aside"), "aside=1", {"aside": "1"}),
    ]
    return [{"title": title, "query": query, "current": given == wanted} for title, query, wanted in views]


@admin.register(OrderExport)
class OrderExportAdmin(PagesAdmin):
    """What one does with an export is done on the page of its order."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.render(
            request, "orders/export_list.html", title=_t("Orders told to vendors"), **export_listing(request)
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        export = self.get_object(request, object_id)
        if export is None or not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[export.order_id]))


@admin.register(ExportBatch)
class ExportBatchAdmin(PagesAdmin):
    """A batch is the list of its orders."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:orders_orderexport_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = int(object_id) if object_id.isdecimal() else 0
        return HttpResponseRedirect(f"{reverse('admin:orders_orderexport_changelist')}?batch={batch}")
