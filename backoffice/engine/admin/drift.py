"""Missed webhooks in the admin: news that only a pull brought, counted for each vendor."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from backoffice.engine.admin.subject_links import SubjectLink, subject_links
from backoffice.engine.models import Drift
from backoffice.engine.services.pulling import DRIFT_DAYS, count_drift
from backoffice.staff.list_page import ListPage, Tab
from backoffice.staff.pages import PagesAdmin
from backoffice.staff.text_fields import searched_text
from backoffice.vendors.registry import vendor_names, vendor_title


class DriftList(ListPage[Drift]):
    """A tab for each vendor; what is wrong with its webhooks is seen at the vendor, not here."""

    title = _("Missed webhooks")
    template_name = "engine/drift_list.html"
    queryset = Drift.objects.all()
    empty_icon = "done_all"
    days = DRIFT_DAYS

    def get_queryset(self) -> QuerySet[Drift]:
        vendor = searched_text(self.request.GET, "vendor")
        return self.queryset.filter(vendor=vendor) if vendor in vendor_names() else self.queryset

    def get_rows(self, found: list[Drift]) -> list[tuple[Drift, SubjectLink | None]]:
        links = subject_links(found)
        return [(row, links.get((row.subject_type, row.subject_id or 0))) for row in found]

    def get_tabs(self) -> list[Tab]:
        """Return all, and each vendor that has some, with how many there are."""
        counts, chosen = count_drift(), searched_text(self.request.GET, "vendor")
        shown: list[tuple[str, Any, int]] = [("", _("All"), sum(counts.values()))]
        shown += [(name, vendor_title(name), number) for name, number in sorted(counts.items())]
        return [Tab(title, f"vendor={name}" if name else "", name == chosen, number) for name, title, number in shown]


@admin.register(Drift)
class DriftAdmin(PagesAdmin):
    list_page = DriftList

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.changelist_view(request)
