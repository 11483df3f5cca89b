"""The list of exported orders, and batches as filters of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.admin.unknown_errors import READ, SeenError, register_error_source
from backoffice.engine.services.subjects import find_subjects
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin
from backoffice.states import Chip
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import vendor_title, vendors_with
from backoffice.visibility import visible
from orders.marketing.admin.order_exports import export_chip
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.models import Order, OrderState


def _vendors() -> list[tuple[str, str]]:
    return [(name, vendor_title(name)) for name in vendors_with(ExportsOrders)]


def _shops() -> list[tuple[str, str]]:
    return list(visible(Shop.objects.order_by("name")).values_list("code", "name"))


class ExportFilters(FilterForm):
    LOOKUPS = {"shop": "order__shop__code"}
    CONDITIONS = {("aside", "1"): ~Q(excluded_by=""), ("open", "1"): ~Q(order__state=OrderState.CANCELLED)}

    state = choice_field(_("State"), ExportState.choices)
    vendor = choice_field(_("Vendor"), _vendors)
    shop = choice_field(_("Shop"), _shops)
    aside = choice_field(_("Dismissed"), [("1", _("dismissed manually"))])
    open = choice_field(_("Orders"), [("1", _("not cancelled"))])
    batch = forms.IntegerField(label=_("Batch"), required=False, min_value=1, max_value=2**63 - 1)

    def search(self, rows: QuerySet[OrderExport], text: str) -> QuerySet[OrderExport]:
        return rows.filter(order__in=[pk for kind, pk in find_subjects(text) if kind == Order._meta.label_lower])


@dataclass(frozen=True)
class ExportRow:
    export: OrderExport
    chip: Chip


class ExportList(ListPage[OrderExport]):
    key = "exports"
    permission, change_permission = "marketing.view_orderexport", "marketing.change_orderexport"
    title = _("Letters and reviews")
    template_name = "marketing/export_list.html"
    queryset = OrderExport.objects.select_related("order__shop").defer("order__search")
    filter_class = ExportFilters
    views = (
        (_("All"), ""),
        (_("Waiting"), "state=waiting"),
        (_("Sent"), "state=sent"),
        (_("Rejected"), "state=refused"),
        (_("Not sent"), "state=skipped"),
        (_("Dismissed"), "aside=1"),
    )
    search_words = _("Order number or the shop's reference")
    empty_icon = "outgoing_mail"
    marks_permissions = ("marketing.export_orders",)

    def get_rows(self, found: list[OrderExport]) -> list[ExportRow]:
        return [ExportRow(export, export_chip(export)) for export in found]


def _refused() -> Iterator[SeenError]:
    rows = visible(OrderExport.objects.filter(state=ExportState.REFUSED))
    for row in rows.only("vendor", "text", "updated_at", "order_id").order_by("-updated_at")[:READ]:
        yield SeenError(row.vendor, row.text, row.updated_at, ("orders_order_change", row.order_id))


register_error_source("marketing.view_orderexport", PERSONAL_DATA, read=_refused)


@admin.register(OrderExport)
class OrderExportAdmin(PagesAdmin):
    """What one does with an export is done on the page of its order."""

    sights = (PERSONAL_DATA,)
    list_page = ExportList

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

    sights = (PERSONAL_DATA,)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:marketing_orderexport_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = int(object_id) if object_id.isdecimal() else 0
        return HttpResponseRedirect(f"{reverse('admin:marketing_orderexport_changelist')}?batch={batch}")
