"""What pages were kept from loading, in the admin: for who changes them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from backoffice.staff.list_page import ListPage
from backoffice.staff.models import PolicyReport
from backoffice.staff.pages import PagesAdmin


class PolicyReportList(ListPage[PolicyReport]):
    """What the Content-Security-Policy blocked, newest first."""

    title = _("Blocked content")
    template_name = "staff/policy_report_list.html"
    queryset = PolicyReport.objects.all()
    empty_icon = "verified_user"


@admin.register(PolicyReport)
class PolicyReportAdmin(PagesAdmin):
    list_page = PolicyReportList

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.changelist_view(request)
