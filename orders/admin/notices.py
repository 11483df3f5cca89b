"""Notices in the admin: what staff should know of, until somebody has dealt with it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from backoffice.admin.base import actor
from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin, View, act, find_or_404
from backoffice.translatable import gettext as _
from orders.models import Notice
from orders.services.rules.editing import finish_notice

SIZE = 50


@admin.register(Notice)
class NoticeAdmin(PagesAdmin):
    """Made by rules; read and marked done here, on the order's page and on the home page."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/done/", "done", self.done)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        is_open = "done" not in request.GET
        notices = Notice.objects.filter(done_at__isnull=is_open).select_related("order", "rule")
        return self.render(
            request,
            "orders/rules/notices.html",
            title=_("Notices"),
            page=page_of(notices, request.GET, size=SIZE),
            is_open=is_open,
            may_change=self.may(request, "change_notice"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.changelist_view(request)

    def done(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Somebody has dealt with it."""
        self.require(request, "change_notice")
        notice, back = find_or_404(Notice, pk), request.POST.get("back", "")
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})

        def do() -> str:
            finish_notice(notice, actor=actor(request))
            return _("Done.")

        return act(request, do, to=back if back and safe else reverse("admin:orders_notice_changelist"))
