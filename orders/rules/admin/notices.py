"""Notices in the admin: what staff should know of, until somebody has dealt with it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from backoffice.staff.base import actor
from backoffice.staff.list_page import ListPage
from backoffice.staff.marks import back_to
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.parts import Place, register_part
from orders.models import Order
from orders.rules.models import Notice
from orders.rules.services.editing import finish_notice


class NoticeList(ListPage[Notice]):
    title = gettext_lazy("Notices")
    template_name = "rules/notices.html"
    queryset = Notice.objects.select_related("order", "rule")
    views = ((gettext_lazy("Open"), ""), (gettext_lazy("Done"), "done=1"))
    empty_icon = "done_all"

    def get_queryset(self) -> QuerySet[Notice]:
        return self.queryset.filter(done_at__isnull="done" not in self.request.GET)


@admin.register(Notice)
class NoticeAdmin(PagesAdmin):
    """Made by rules; read and marked done here, on the order's page and on the home page."""

    list_page = NoticeList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/done/", "done", self.done)]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.changelist_view(request)

    def done(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark the notice as dealt with."""
        self.require(request, "change_notice")
        notice = find_or_404(Notice, pk)

        def do() -> str:
            finish_notice(notice, actor=actor(request))
            return _("Done.")

        return act(request, do, to=back_to(request, "admin:rules_notice_changelist"))


def _open_notices(request: HttpRequest, order: Order | None) -> list[Notice]:
    return list(Notice.objects.filter(order=order, done_at__isnull=True))


register_part(Place.NOTES, "rules/order_notices.html", read=_open_notices)
