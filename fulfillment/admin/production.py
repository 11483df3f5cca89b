"""The production desk in the admin: the work list, the page of one production order, and the addresses below them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from backoffice.staff.pages import PagesAdmin, View
from backoffice.text.translatable import gettext as _
from fulfillment.admin.dispatch import papers, station
from fulfillment.admin.production_page import labels, parcels, timeline
from fulfillment.admin.production_page.context import production_context
from fulfillment.admin.production_page.documents import serve_document, try_file
from fulfillment.admin.production_page.guard import desk_page, may_open
from fulfillment.admin.work_list.throughput import throughput
from fulfillment.admin.work_list.worklist import WorkList
from fulfillment.models import ProductionOrder


@admin.register(ProductionOrder)
class ProductionOrderAdmin(PagesAdmin):
    """Production orders come from vendors; what happens to them here are labels and parcels, each by a service."""

    list_page = WorkList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("documents/<slug:kind>/<int:pk>/", "document", serve_document),
            ("files/<int:pk>/try/", "try_file", try_file),
            ("throughput/", "throughput", throughput),
            ("papers/", "papers", papers.papers),
            ("papers/fetch/", "papers_fetch", papers.fetch),
            ("papers/pdf/", "papers_pdf", papers.pdf),
            ("station/", "station", station.station),
            ("station/scan/", "station_scan", station.scan),
            ("station/<int:pk>/pack/", "station_pack", station.pack),
            ("station/<int:pk>/undo/", "station_undo", station.undo),
            ("labels/<int:pk>/fetch/", "fetch_label", labels.fetch),
            ("labels/<int:pk>/copy/", "copy_label", labels.add_copy),
            ("<int:pk>/parcels/add/", "add_parcel", parcels.add),
            ("parcels/<int:pk>/withdraw/", "withdraw_parcel", parcels.withdraw),
            ("<int:pk>/exchange/<int:push_pk>/", "exchange", timeline.exchange),
        ]

    def render(self, request: HttpRequest, template: str, *, title: Any, **context: Any) -> TemplateResponse:
        return desk_page(request, template, title=title, **context)

    def shown_rows(self, row: ProductionOrder) -> list[QuerySet[Any]]:
        parts = [row.labels.all(), row.shipments.all(), row.files.all(), row.events.order_by("-pk")[:1]]
        return [*super().shown_rows(row), *parts]

    def detail_view(self, request: HttpRequest, order: ProductionOrder, /) -> HttpResponse:
        title = _("Production order %(number)s") % {"number": order.vendor_id}
        page = production_context(order, may_open=may_open(request))
        return self.render(request, "fulfillment/production_order.html", title=title, page=page, order=order)
