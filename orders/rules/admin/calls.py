"""Calls of rules in the admin: the list, one call with its exchanges, and what a person decides about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.masking import mask
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from orders.rules.models import CallState, Rule, RuleCall, RuleCallAttempt
from orders.rules.services.calls.decisions import can_dismiss, can_send_again, dismiss_call, send_call_again


def _rules() -> list[tuple[str, str]]:
    rules = Rule.objects.filter(calls__isnull=False).order_by("name").distinct()
    return [(str(pk), name) for pk, name in rules.values_list("pk", "name")]


class CallFilters(FilterForm):
    """What calls can be filtered by."""

    LOOKUPS = {"attention": "needs_attention"}
    DATED = "created_at"
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])
    state = choice_field(gettext_lazy("State"), CallState.choices)
    rule = choice_field(gettext_lazy("Rule"), _rules)
    since = day_field(gettext_lazy("Since"))
    until = day_field(gettext_lazy("Until"))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(order__number=text.upper())


class CallList(ListPage[RuleCall]):
    title = gettext_lazy("Rule calls")
    template_name = "rules/call_list.html"
    queryset = RuleCall.objects.select_related("order", "rule")
    filter_class = CallFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Needs attention"), "attention=1"),
        (gettext_lazy("Waiting"), "state=new"),
        (gettext_lazy("Received"), "state=sent"),
    )
    search_words = gettext_lazy("Order number")
    empty_icon = "call_made"

    def get_rows(self, found: list[RuleCall]) -> list[dict[str, Any]]:
        return [{"call": call, "chip": CallState(call.state).chip()} for call in found]


@admin.register(RuleCall)
class RuleCallAdmin(PagesAdmin):
    """Made by rules; read and decided about here."""

    sights = (PERSONAL_DATA,)
    list_page = CallList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/again/", "again", self.again), ("<int:pk>/dismiss/", "dismiss", self.dismiss)]

    def shown_rows(self, row: RuleCall) -> list[QuerySet[Any]]:
        return [*super().shown_rows(row), RuleCallAttempt.objects.filter(call=row)]

    def detail_view(self, request: HttpRequest, call: RuleCall) -> HttpResponse:
        may_decide = self.may(request, "decide_rulecall")
        return self.render(
            request,
            "rules/call.html",
            title=_("Call about %(number)s") % {"number": call.order.number},
            call=call,
            url=mask(call.url),
            chip=CallState(call.state).chip(),
            attempts=list(call.attempt_rows.order_by("-pk")[:20]),
            may_send=may_decide and bool(can_send_again(call)),
            may_dismiss=may_decide and bool(can_dismiss(call)),
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_rulecall")
        call = find_or_404(RuleCall, pk)

        def do() -> str:
            send_call_again(call, actor=actor(request))
            return _("The call is being sent again.")

        return act(request, do, to=_url(pk))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_rulecall")
        call = find_or_404(RuleCall, pk)

        def do() -> str:
            dismiss_call(call, actor=actor(request))
            return _("Dismissed.")

        return act(request, do, to=_url(pk))


def _url(pk: int) -> str:
    return reverse("admin:rules_rulecall_change", args=[pk])
