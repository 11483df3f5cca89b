"""All kinds of mail on one page: what is on for which shop and for oneself, and what each says in each language."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from backoffice.accounts.models import Shop
from backoffice.mail.admin.templates import CHANGE, LanguageLink, TemplatePages, TemplatePlace, language_links
from backoffice.mail.models import MailTemplate, ShopMail, StaffMail
from backoffice.mail.services.choices import switch_for_shop, switch_for_staff
from backoffice.mail.services.kinds import MAIL_KINDS, Audience, MailKind, kinds_for
from backoffice.mail.services.sending import is_set_up
from backoffice.mail.services.templates import languages_of
from backoffice.staff.base import actor, staff_user
from backoffice.staff.pages import View
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible


@dataclass(frozen=True)
class Switch:
    """Whether the kind is on there; `value` is what the form sends."""

    value: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class KindRow:
    """One kind with its switches and its languages; `people` counts who of the staff gets it."""

    kind: MailKind
    switches: list[Switch]
    languages: list[LanguageLink]
    people: int = 0


class SwitchForm(forms.Form):
    """Which switches were on when the page was shown, and which are now."""

    def __init__(self, *args: Any, shops: list[Shop], **options: Any) -> None:
        super().__init__(*args, **options)
        possible = [f"{shop.pk}:{kind.name}" for shop in shops for kind in kinds_for(Audience.CUSTOMER)]
        possible += [f"me:{kind.name}" for kind in kinds_for(Audience.STAFF)]
        for name in ("shown", "on"):
            self.fields[name] = forms.MultipleChoiceField(
                choices=[(value, value) for value in possible], required=False
            )


@admin.register(MailTemplate)
class MailTemplateAdmin(TemplatePages):
    """Whoever may see what customers get sees what staff get, too; nobody sees who of the staff chose what."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("mail.view_shopmail")

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("staff/<str:kind>/<slug:language>/", "template", self.template),
            ("staff/<str:kind>/<slug:language>/preview/", "preview", self.preview),
            ("staff/<str:kind>/<slug:language>/reset/", "reset", self.reset),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show and save which kinds are on: for each shop, and for the reader."""
        self.require_view(request)
        shops = list(visible(Shop.objects.order_by("name")).select_related("mail"))
        may_change = self.may(request, "change_shopmail")
        if request.method == "POST":
            if _switch(request, shops if may_change else []):
                messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
        return self.render(
            request,
            "mail/kinds.html",
            title=_("Kinds of e-mail"),
            shops=shops,
            customer_rows=_customer_rows(shops),
            staff_rows=_staff_rows(staff_user(request)),
            address=staff_user(request).email,
            may_change=may_change,
            is_set_up=is_set_up(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mail_mailtemplate_changelist"))

    def template(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Show and save what mails of that kind say to staff in that language."""
        self.require_for_template(request)
        return self.show_template(request, _place(kind, language))

    def preview(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Show the mail as it would arrive."""
        self.require_view(request)
        return self.show_preview(request, _place(kind, language))

    def reset(self, request: HttpRequest, kind: str, language: str) -> HttpResponse:
        """Let the product's own words be sent again."""
        self.require(request, CHANGE)
        return self.do_reset(request, _place(kind, language))


def _place(kind: str, language: str) -> TemplatePlace:
    one = MAIL_KINDS.get(kind)
    if one is None or one.audience != Audience.STAFF or language not in languages_of(None):
        raise Http404
    back = reverse("admin:mail_mailtemplate_changelist")
    return TemplatePlace(one, language, None, "mail_mailtemplate", (kind, language), back)


def _customer_rows(shops: list[Shop]) -> list[KindRow]:
    """Return the kinds; their words are those of a shop, so they are written on the shop's page."""
    return [
        KindRow(kind, [Switch(f"{shop.pk}:{kind.name}", shop.name, kind.name in _chosen(shop)) for shop in shops], [])
        for kind in kinds_for(Audience.CUSTOMER)
    ]


def _staff_rows(user: User) -> list[KindRow]:
    own = set(MailTemplate.objects.filter(shop=None).values_list("kind", "language"))
    choices = list(StaffMail.objects.filter(user__is_active=True, user__is_staff=True).values_list("user", "kinds"))
    mine = {kind for pk, kinds in choices if pk == user.pk for kind in kinds}
    return [
        KindRow(
            kind,
            [Switch(f"me:{kind.name}", _("for me"), kind.name in mine)],
            language_links(kind, languages_of(None), own=own, url=_template_url),
            people=sum(kind.name in kinds for _pk, kinds in choices),
        )
        for kind in kinds_for(Audience.STAFF)
    ]


def _template_url(kind: str, language: str) -> str:
    return reverse("admin:mail_mailtemplate_template", args=[kind, language])


def _chosen(shop: Shop) -> list[str]:
    found: ShopMail | None = getattr(shop, "mail", None)
    return found.kinds if found else []


def _switch(request: HttpRequest, shops: list[Shop]) -> bool:
    """Switch what differs from what was shown: what somebody else switched meanwhile stays, and so does what is none of
    the reader's. Return whether all of it could be meant.
    """
    form = SwitchForm(request.POST, shops=shops)
    if not form.is_valid():
        return False
    shown, given = set(form.cleaned_data["shown"]), set(form.cleaned_data["on"])
    on, off = given - shown, shown - given
    for shop in shops:
        mine = f"{shop.pk}:"
        if added_or_removed := [value for value in on | off if value.startswith(mine)]:
            asked = {value.removeprefix(mine): value in on for value in added_or_removed}
            switch_for_shop(shop, asked, actor=actor(request))
    if asked := {value.removeprefix("me:"): value in on for value in on | off if value.startswith("me:")}:
        switch_for_staff(staff_user(request), asked, language=(get_language() or "en")[:2])
    return True
