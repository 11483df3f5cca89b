"""Missed webhooks in the admin: news that only a pull brought, counted for each vendor."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin
from backoffice.admin.subject_links import subject_links
from backoffice.admin.text_fields import searched_text
from backoffice.models import Drift
from backoffice.services.pulling import DRIFT_DAYS, count_drift
from backoffice.translatable import gettext as _
from backoffice.vendors.registry import vendor_names, vendor_title

SIZE = 50


@admin.register(Drift)
class DriftAdmin(PagesAdmin):
    """One list, with a tab for each vendor; what is wrong with its webhooks is seen at the vendor, not here."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        vendor = searched_text(request.GET, "vendor")
        rows = Drift.objects.filter(vendor=vendor) if vendor in vendor_names() else Drift.objects.all()
        page = page_of(rows, request.GET, size=SIZE)
        links = subject_links(page.rows)
        return self.render(
            request,
            "backoffice/drift_list.html",
            title=_("Missed webhooks"),
            page=page,
            rows=[(row, links.get((row.subject_type, row.subject_id or 0))) for row in page.rows],
            tabs=_tabs(vendor),
            days=DRIFT_DAYS,
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.changelist_view(request)


def _tabs(vendor: str) -> list[dict[str, Any]]:
    """All, and each vendor that has some, with how many there are."""
    counts = count_drift()
    tabs = [{"title": _("All"), "query": "", "number": sum(counts.values()), "current": not vendor}]
    return tabs + [
        {"title": vendor_title(name), "query": f"vendor={name}", "number": number, "current": name == vendor}
        for name, number in sorted(counts.items())
    ]
