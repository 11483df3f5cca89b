"""The production desk in the admin: the work list, the page of one production order, and the addresses below them."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse

from backoffice.staff.pages import PagesAdmin, View
from backoffice.text.translatable import gettext as _
from fulfillment.admin.dispatch import papers as dispatch_papers
from fulfillment.admin.dispatch import station as dispatch_station
from fulfillment.admin.production_page import labels, timeline
from fulfillment.admin.production_page import parcels as production_parcels
from fulfillment.admin.production_page.context import find_variant_data
from fulfillment.admin.production_page.documents import serve_document
from fulfillment.admin.production_page.guard import desk_page, may_open, require_view
from fulfillment.admin.work_list import throughput as production_throughput
from fulfillment.admin.work_list.worklist import WorkList
from fulfillment.models import ProductionOrder


@admin.register(ProductionOrder)
class ProductionOrderAdmin(PagesAdmin):
    """Production orders come from vendors; what happens to them here are labels and parcels, each by a service."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("documents/<slug:kind>/<int:pk>/", "document", serve_document),
            ("throughput/", "throughput", production_throughput.throughput),
            ("papers/", "papers", dispatch_papers.papers),
            ("papers/fetch/", "papers_fetch", dispatch_papers.fetch),
            ("papers/pdf/", "papers_pdf", dispatch_papers.pdf),
            ("station/", "station", dispatch_station.station),
            ("station/scan/", "station_scan", dispatch_station.scan),
            ("station/<int:pk>/pack/", "station_pack", dispatch_station.pack),
            ("station/<int:pk>/undo/", "station_undo", dispatch_station.undo),
            ("labels/<int:pk>/fetch/", "fetch_label", labels.fetch),
            ("labels/<int:pk>/copy/", "copy_label", labels.add_copy),
            ("<int:pk>/parcels/add/", "add_parcel", production_parcels.add),
            ("parcels/<int:pk>/withdraw/", "withdraw_parcel", production_parcels.withdraw),
            ("<int:pk>/exchange/<int:push_pk>/", "exchange", timeline.exchange),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        require_view(request)
        page = WorkList(request)
        return desk_page(request, page.template_name, title=page.title, **page.get_context_data())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        require_view(request)
        facts = find_variant_data(object_id, may_open=may_open(request))
        if facts is None:
            raise Http404
        title = _("Production order %(number)s") % {"number": facts.order.vendor_id}
        return desk_page(request, "fulfillment/production_order.html", title=title, facts=facts, order=facts.order)
