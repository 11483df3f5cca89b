"""Mails to the customers of a shop: which kinds are on, from whom, and what they say."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_info, gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict, InvalidInput
from backoffice.mail.models import MailTemplate, ShopMail
from backoffice.mail.services.choices import choose_for_shop
from backoffice.mail.services.composing import compose
from backoffice.mail.services.kinds import MAIL_KINDS, Audience, MailKind, kinds_for
from backoffice.mail.services.rendering import LONGEST_BODY, LONGEST_SUBJECT, check_template
from backoffice.mail.services.sending import is_set_up
from backoffice.mail.services.templates import (
    Words,
    find_words,
    languages_of,
    own_words,
    reset_template,
    save_template,
)
from backoffice.staff.base import actor
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act
from backoffice.staff.text_fields import EmailCodeField, LineField, ParagraphField
from backoffice.text.translatable import gettext as _


def _customer_kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.title) for kind in kinds_for(Audience.CUSTOMER)]


class ShopMailForm(forms.Form):
    """From whom mails come, and which kinds are on."""

    sender_name = LineField(label=gettext_lazy("Sender's name"), max_length=100, required=False)
    reply_to = EmailCodeField(label=gettext_lazy("Replies go to"), max_length=254, required=False)
    kinds = forms.MultipleChoiceField(choices=_customer_kinds, required=False)


class TemplateForm(forms.Form):
    """Subject and text with variables."""

    subject_line = LineField(label=gettext_lazy("Subject"), max_length=LONGEST_SUBJECT)
    body = ParagraphField(
        label=gettext_lazy("Text"), max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 16, "dir": "auto"})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@dataclass(frozen=True)
class ShopMailRow:
    """One kind with its switch; `languages` are (code, name, whether staff changed the words)."""

    kind: MailKind
    is_on: bool
    languages: list[tuple[str, str, bool]]


class ShopMailList(ListPage[Shop]):
    """The shops; of a single one its page is shown at once."""

    title = gettext_lazy("Customer mails")
    template_name = "mail/shop_list.html"
    queryset = Shop.objects.select_related("mail")
    empty_icon = "storefront"


@admin.register(ShopMail)
class ShopMailAdmin(PagesAdmin):
    list_page = ShopMailList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("<slug:code>/", "shop", self.shop),
            ("<slug:code>/<str:kind>/<slug:language>/", "template", self.template),
            ("<slug:code>/<str:kind>/<slug:language>/preview/", "preview", self.preview),
            ("<slug:code>/<str:kind>/<slug:language>/reset/", "reset", self.reset),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        codes = list(Shop.objects.values_list("code", flat=True)[:2])
        if len(codes) == 1:
            return HttpResponseRedirect(reverse("admin:mail_shopmail_shop", args=codes))
        return super().changelist_view(request, extra_context)

    def shop(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show and save which kinds are on."""
        self.require_view(request)
        shop = get_object_or_404(Shop, code=code)
        chosen = ShopMail.objects.filter(shop=shop).first() or ShopMail(shop=shop)
        initial = {"sender_name": chosen.sender_name, "reply_to": chosen.reply_to, "kinds": chosen.kinds}
        form = ShopMailForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST":
            self.require(request, "change_shopmail")
            if form.is_valid():
                choose_for_shop(shop, **form.cleaned_data, actor=actor(request))
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(request.path)
        return self.render(
            request,
            "mail/shop.html",
            title=_("Customer mails of %(shop)s") % {"shop": shop.name},
            shop=shop,
            form=form,
            rows=_rows(shop, chosen),
            sender=settings.DEFAULT_FROM_EMAIL,
            may_change=self.may(request, "change_shopmail"),
            is_set_up=is_set_up(),
        )

    def template(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Show and save what mails of that kind say in that language."""
        self.require_view(request)
        shop, one = _find(code, kind, language)
        words = find_words(one, shop=shop, language=language)
        form = TemplateForm(request.POST if request.method == "POST" else None, initial=_initial(words))
        if request.method == "POST" and form.is_valid():
            self.require(request, "change_mailtemplate")
            if self._save(request, form, shop=shop, kind=one, language=language):
                return HttpResponseRedirect(reverse("admin:mail_shopmail_shop", args=[code]))
        shown = words
        if form.is_bound:
            shown = Words(form.data.get("subject_line", ""), form.data.get("body", ""))
        return self.render(
            request,
            "mail/template.html",
            title=_("%(mail)s, in %(language)s") % {"mail": one.title, "language": language_name(language)},
            shop=shop,
            kind=one,
            language=language,
            form=form,
            words=words,
            revision=words.row.revision if words.row else 0,
            may_change=self.may(request, "change_mailtemplate"),
            **_preview(one, shown, shop=shop, language=language),
        )

    def preview(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Respond with the fragment of the page that shows the mail as it would arrive."""
        self.require_view(request)
        shop, one = _find(code, kind, language)
        form = TemplateForm(request.POST)
        form.is_valid()
        words = Words(form.cleaned_data.get("subject_line", ""), form.cleaned_data.get("body", ""))
        return TemplateResponse(request, "mail/preview.html", _preview(one, words, shop=shop, language=language))

    def reset(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Let the product's own words be sent again."""
        self.require(request, "change_mailtemplate")
        shop, one = _find(code, kind, language)

        def do() -> str:
            reset_template(one, shop=shop, language=language)
            return _("The standard text is sent again.")

        return act(request, do, to=reverse("admin:mail_shopmail_shop", args=[code]))

    def may(self, request: HttpRequest, permission: str) -> bool:
        return request.user.has_perm(f"mail.{permission}")

    def _save(
        self, request: HttpRequest, form: TemplateForm, *, shop: Shop, kind: MailKind, language: str
    ) -> MailTemplate | None:
        try:
            row = save_template(kind, shop=shop, language=language, **form.cleaned_data, actor=actor(request))
        except InvalidInput as error:
            for field, texts in error.errors.items():
                form.add_error(field, texts)
        except Conflict as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("The template is saved."))
            return row
        return None


def language_name(code: str) -> str:
    """Return the language in the reader's own words; its code where Django does not know it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _find(code: str, kind: str, language: str) -> tuple[Shop, MailKind]:
    shop, one = get_object_or_404(Shop, code=code), MAIL_KINDS.get(kind)
    if one is None or one.audience != Audience.CUSTOMER or language not in languages_of(shop):
        raise Http404
    return shop, one


def _rows(shop: Shop, chosen: ShopMail) -> list[ShopMailRow]:
    written = set(MailTemplate.objects.filter(shop=shop).values_list("kind", "language"))
    codes = languages_of(shop)
    return [
        ShopMailRow(
            kind,
            kind.name in chosen.kinds,
            [(code, language_name(code), (kind.name, code) in written) for code in codes],
        )
        for kind in kinds_for(Audience.CUSTOMER)
    ]


def _initial(words: Words) -> dict[str, Any]:
    revision = words.row.revision if words.row else 0
    return {"subject_line": words.subject_line, "body": words.body, "revision": revision}


def _preview(kind: MailKind, words: Words, *, shop: Shop, language: str) -> dict[str, Any]:
    """Return the mail as it would arrive, with the examples of its variables, or what is wrong with it."""
    try:
        check_template(words.subject_line, words.body, variables=kind.variables)
    except InvalidInput as error:
        return {"errors": [text for texts in error.errors.values() for text in texts]}
    chosen = ShopMail.objects.filter(shop=shop).first()
    sender = (chosen and chosen.sender_name) or shop.name
    with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
        example = {name: str(variable.example) for name, variable in kind.variables.items()} | {"shop": shop.name}
        mail = compose(kind, words, example, language=language, sender=sender)
    return {"mail": mail, "sender": sender, "standard": own_words(kind, language=language)}
