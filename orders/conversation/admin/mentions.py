"""The reader's own mentions."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from backoffice.staff.base import staff_user
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act
from orders.conversation.models import Mention
from orders.conversation.services.mentions import mark_read


class MentionList(ListPage[Mention]):
    """Unread ones first to be seen, all of them on the second tab."""

    title = gettext_lazy("Mentions")
    template_name = "conversation/mentions.html"
    queryset = Mention.objects.select_related("comment__order", "comment__author")
    views = ((gettext_lazy("Unread"), ""), (gettext_lazy("All"), "state=all"))
    empty_icon = "alternate_email"

    def get_queryset(self) -> QuerySet[Mention]:
        mine = self.queryset.filter(user=staff_user(self.request))
        return mine if self.request.GET.get("state") == "all" else mine.filter(read_at__isnull=True)


@admin.register(Mention)
class MentionAdmin(PagesAdmin):
    """Everybody sees their own, wherever they may see orders."""

    list_page = MentionList

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("orders.view_order")

    def pages(self) -> list[tuple[str, str, View]]:
        return [("read/", "read", self.read)]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        return self.changelist_view(request)

    def read(self, request: HttpRequest) -> HttpResponse:
        """Mark all as read."""
        self.require_view(request)

        def do() -> str:
            count = mark_read(staff_user(request))
            return ngettext("%(count)s mention marked as read.", "%(count)s mentions marked as read.", count) % {
                "count": count
            }

        return act(request, do, to=reverse("admin:conversation_mention_changelist"))
