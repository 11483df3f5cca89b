"""Orders as they came from WooCommerce, and what a person decides about those that could not come in."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.admin.forms import connection_choices
from orders.connectors.woocommerce.models import MessageState, WooMessage
from orders.connectors.woocommerce.services.decisions import can_retry, dismiss_message, retry_message


class WooMessageFilters(FilterForm):
    """What messages can be filtered by."""

    LOOKUPS = {"attention": "needs_attention"}
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])
    connection = choice_field(gettext_lazy("Shop"), connection_choices)
    state = choice_field(gettext_lazy("State"), MessageState.choices)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(number=text)


class WooMessageList(ListPage[WooMessage]):
    title = gettext_lazy("Orders from WooCommerce")
    template_name = "woocommerce/message_list.html"
    queryset = WooMessage.objects.select_related("order", "connection__shop").defer(
        "body", "connection__credentials", "connection__secret"
    )
    filter_class = WooMessageFilters
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Needs attention"), "attention=1"))
    search_words = gettext_lazy("Number at WooCommerce")
    empty_icon = "move_to_inbox"

    def get_rows(self, found: list[WooMessage]) -> list[dict[str, Any]]:
        return [{"message": message, "chip": MessageState(message.state).chip()} for message in found]


@admin.register(WooMessage)
class WooMessageAdmin(PagesAdmin):
    """Read and decided about."""

    sights = (PERSONAL_DATA,)
    list_page = WooMessageList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/retry/", "retry", self.retry), ("<int:pk>/dismiss/", "dismiss", self.dismiss)]

    def detail_view(self, request: HttpRequest, message: WooMessage) -> HttpResponse:
        return self.render(
            request,
            "woocommerce/message.html",
            title=_("Order %(number)s of WooCommerce") % {"number": message.number or message.pk},
            message=message,
            chip=MessageState(message.state).chip(),
            may_decide=self.may(request, "decide_woomessage") and bool(can_retry(message)),
        )

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_woomessage")
        message = find_or_404(WooMessage, pk)

        def do() -> str:
            retry_message(message, actor=actor(request))
            return _("We are trying again.")

        return act(request, do, to=_url(pk))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_woomessage")
        message = find_or_404(WooMessage, pk)

        def do() -> str:
            dismiss_message(message, actor=actor(request))
            return _("Dismissed.")

        return act(request, do, to=_url(pk))


def _url(pk: int) -> str:
    return reverse("admin:woocommerce_woomessage_change", args=[pk])
