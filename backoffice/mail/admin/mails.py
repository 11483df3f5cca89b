"""Mails in the admin: the list, one mail, and what a person decides about it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.engine.services.subjects import load_subjects
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services.decisions import can_decide, send_again, settle_mail
from backoffice.mail.services.kinds import MAIL_KINDS, kind_title
from backoffice.mail.services.sending import is_set_up
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor
from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _


def _kinds() -> list[tuple[str, str]]:
    return [(name, kind_title(name)) for name in MAIL_KINDS]


class MailFilters(FilterForm):
    """What mails can be filtered by."""

    LOOKUPS = {"attention": "needs_attention"}
    DATED = "created_at"
    HIDDEN = ("attention",)

    attention = choice_field("", [("1", "")])
    state = choice_field(gettext_lazy("State"), MailState.choices)
    kind = choice_field(gettext_lazy("Kind"), _kinds)
    since = day_field(gettext_lazy("Since"))
    until = day_field(gettext_lazy("Until"))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(recipient=text) | Q(recipient=text.lower()))


class MailList(ListPage[Mail]):
    title = gettext_lazy("E-mails")
    template_name = "mail/mail_list.html"
    queryset = Mail.objects.select_related("shop").defer("text")
    filter_class = MailFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Needs attention"), "attention=1"),
        (gettext_lazy("Waiting"), "state=new"),
        (gettext_lazy("Sent"), "state=sent"),
    )
    search_words = gettext_lazy("Full e-mail address of the recipient")
    empty_icon = "mail"
    is_set_up = staticmethod(is_set_up)

    def get_rows(self, found: list[Mail]) -> list[dict[str, Any]]:
        subjects = load_subjects((mail.subject_type, mail.subject_id) for mail in found)
        return [
            {
                "mail": mail,
                "title": kind_title(mail.kind),
                "chip": MailState(mail.state).chip(),
                "about": subjects.get((mail.subject_type, mail.subject_id)),
            }
            for mail in found
        ]


@admin.register(Mail)
class MailAdmin(PagesAdmin):
    """Written by what happens; read and decided about here."""

    sights = (PERSONAL_DATA,)
    list_page = MailList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/again/", "again", self.again), ("<int:pk>/settle/", "settle", self.settle)]

    def detail_view(self, request: HttpRequest, mail: Mail) -> HttpResponse:
        about = load_subjects([(mail.subject_type, mail.subject_id)])
        return self.render(
            request,
            "mail/mail.html",
            title=str(mail),
            mail=mail,
            kind=kind_title(mail.kind),
            chip=MailState(mail.state).chip(),
            about=about.get((mail.subject_type, mail.subject_id)),
            may_decide=self.may(request, "decide_mail") and bool(can_decide(mail)),
            is_set_up=is_set_up(),
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_mail")
        mail = find_or_404(Mail, pk)

        def do() -> str:
            send_again(mail, actor=actor(request))
            return _("The e-mail is being sent again.")

        return act(request, do, to=_url(pk))

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_mail")
        mail = find_or_404(Mail, pk)
        arrived = request.POST.get("choice") == "arrived"

        def do() -> str:
            settle_mail(mail, arrived=arrived, actor=actor(request))
            return _("Recorded: the e-mail arrived.") if arrived else _("Dismissed.")

        return act(request, do, to=_url(pk))


def _url(pk: int) -> str:
    return reverse("admin:mail_mail_change", args=[pk])
