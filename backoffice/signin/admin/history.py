"""Who came in and who was refused: the list, for who manages accounts."""

from ipaddress import ip_address
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from backoffice.signin.models import Refusal, SignInEvent, SignInMethod
from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin


class SignInFilters(FilterForm):
    """What sign-ins can be filtered by."""

    LOOKUPS = {"how": "method"}
    CONDITIONS = {("refused", "1"): ~Q(refusal="")}
    DATED = "at"
    HIDDEN = ("refused",)

    refused = choice_field("", [("1", "")])
    refusal = choice_field(gettext_lazy("Reason for refusal"), Refusal.choices)
    how = choice_field(gettext_lazy("Sign-in method"), SignInMethod.choices)
    since = day_field(gettext_lazy("Since"))
    until = day_field(gettext_lazy("Until"))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        named = Q(user__username=text) | Q(user__email=text.lower())
        return rows.filter(named | Q(address=text) if _is_address(text) else named)


class SignInList(ListPage[SignInEvent]):
    title = gettext_lazy("Sign-ins")
    template_name = "signin/history.html"
    queryset = SignInEvent.objects.select_related("user")
    filter_class = SignInFilters
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Rejected"), "refused=1"))
    search_words = gettext_lazy("User name, e-mail address or network address")
    empty_icon = "login"


@admin.register(SignInEvent)
class SignInEventAdmin(PagesAdmin):
    """Written by what happens at the door."""

    list_page = SignInList

    def detail_view(self, request: HttpRequest, event: SignInEvent) -> HttpResponse:
        """Show the line alone; there is no more to it than the list says."""
        return self.render(request, "signin/event.html", title=str(event), event=event)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
