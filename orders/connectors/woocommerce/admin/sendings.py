"""What leaves for WooCommerce, and what a person decides about what was not taken."""

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
from orders.connectors.woocommerce.models import SendingState, WooSending
from orders.connectors.woocommerce.services.decisions import can_decide, dismiss, send_again


class WooSendingFilters(FilterForm):
    """What sendings can be filtered by."""

    LOOKUPS = {"attention": "needs_attention"}
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])
    state = choice_field(gettext_lazy("State"), SendingState.choices)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(woo_order__order__number=text.upper())


class WooSendingList(ListPage[WooSending]):
    title = gettext_lazy("Sent to WooCommerce")
    template_name = "woocommerce/sending_list.html"
    queryset = WooSending.objects.select_related("woo_order__order", "shipment")
    filter_class = WooSendingFilters
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Needs attention"), "attention=1"))
    search_words = gettext_lazy("Order number")
    empty_icon = "outbox"

    def get_rows(self, found: list[WooSending]) -> list[dict[str, Any]]:
        return [{"sending": sending, "chip": SendingState(sending.state).chip()} for sending in found]


@admin.register(WooSending)
class WooSendingAdmin(PagesAdmin):
    """Made by what happens to orders; read and decided about here."""

    sights = (PERSONAL_DATA,)
    list_page = WooSendingList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/again/", "again", self.again), ("<int:pk>/dismiss/", "dismiss", self.dismiss)]

    def detail_view(self, request: HttpRequest, sending: WooSending) -> HttpResponse:
        return self.render(
            request,
            "woocommerce/sending.html",
            title=_("Sent to WooCommerce"),
            sending=sending,
            chip=SendingState(sending.state).chip(),
            may_decide=self.may(request, "decide_woosending") and bool(can_decide(sending)),
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_woosending")
        sending = find_or_404(WooSending, pk)

        def do() -> str:
            send_again(sending, actor=actor(request))
            return _("It is being sent again.")

        return act(request, do, to=_url(pk))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_woosending")
        sending = find_or_404(WooSending, pk)

        def do() -> str:
            dismiss(sending, actor=actor(request))
            return _("Dismissed.")

        return act(request, do, to=_url(pk))


def _url(pk: int) -> str:
    return reverse("admin:woocommerce_woosending_change", args=[pk])
