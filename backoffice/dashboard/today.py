"""The page "Today": the day in figures, and how the vendors are doing."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from backoffice.dashboard.day import CHART, DAYS, figures
from backoffice.dashboard.lights import lights
from backoffice.replica import tolerates_lag
from backoffice.text.translatable import gettext as _

ORDERS, VENDORS = "orders.view_order", "engine.view_push"


@tolerates_lag
def today(request: HttpRequest) -> HttpResponse:
    """Return the page with what the reader may see of it."""
    may_see_orders, may_see_vendors = request.user.has_perm(ORDERS), request.user.has_perm(VENDORS)
    if not may_see_orders and not may_see_vendors:
        raise PermissionDenied
    context = {
        "title": _("Today"),
        "figures": figures() if may_see_orders else [],
        "lights": lights() if may_see_vendors else [],
        "days": DAYS,
        "chart": CHART,
    }
    return TemplateResponse(request, "dashboard/today.html", admin.site.each_context(request) | context)
