"""Writing what mails say: one page for a kind in one language, with a preview, for a shop's customers and for staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_info, gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.errors import Conflict, InvalidInput
from backoffice.mail.models import MailTemplate, ShopMail
from backoffice.mail.services.composing import compose, own_sender
from backoffice.mail.services.kinds import MailKind
from backoffice.mail.services.rendering import LONGEST_BODY, LONGEST_SUBJECT, check_template
from backoffice.mail.services.templates import Words, find_words, own_words, reset_template, save_template
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin, act
from backoffice.staff.text_fields import LineField, ParagraphField
from backoffice.text.translatable import gettext as _

CHANGE = "change_mailtemplate"


class TemplateForm(forms.Form):
    """Subject and text with variables."""

    subject_line = LineField(label=gettext_lazy("Subject"), max_length=LONGEST_SUBJECT)
    body = ParagraphField(
        label=gettext_lazy("Text"), max_length=LONGEST_BODY, widget=forms.Textarea({"rows": 16, "dir": "auto"})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@dataclass(frozen=True)
class TemplatePlace:
    """Which words are written, and where their pages are: `pages` is the beginning of their names. `shop` is None for
    mails to staff.
    """

    kind: MailKind
    language: str
    shop: Shop | None
    pages: str
    args: tuple[str, ...]
    back: str

    def url(self, name: str) -> str:
        return reverse(f"admin:{self.pages}_{name}", args=self.args)

    @property
    def preview_url(self) -> str:
        return self.url("preview")

    @property
    def reset_url(self) -> str:
        return self.url("reset")


class TemplatePages(PagesAdmin):
    """The pages of one template. What they need beside seeing is the right to change templates."""

    def may(self, request: HttpRequest, permission: str) -> bool:
        return request.user.has_perm(f"mail.{permission}")

    def require_for_template(self, request: HttpRequest) -> None:
        """Raise PermissionDenied unless the reader may see the words, or change them where they are sent."""
        self.require_view(request)
        if request.method == "POST":
            self.require(request, CHANGE)

    def show_template(self, request: HttpRequest, place: TemplatePlace) -> HttpResponse:
        """Show and save the words."""
        self.require_for_template(request)
        words = find_words(place.kind, shop=place.shop, language=place.language)
        revision = words.row.revision if words.row else 0
        initial = {"subject_line": words.subject_line, "body": words.body, "revision": revision}
        form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid() and _save(request, form, place):
            return HttpResponseRedirect(place.back)
        shown = words
        if form.is_bound:
            shown = Words(form.data.get("subject_line", ""), form.data.get("body", ""))
        languages = {"mail": place.kind.title, "language": language_name(place.language)}
        return self.render(
            request,
            "mail/template.html",
            title=_("%(mail)s, in %(language)s") % languages,
            place=place,
            kind=place.kind,
            form=form,
            words=words,
            revision=revision,
            may_change=self.may(request, CHANGE),
            **_preview(place, shown),
        )

    def show_preview(self, request: HttpRequest, place: TemplatePlace) -> HttpResponse:
        """Respond with the fragment of the page that shows the mail as it would arrive."""
        self.require_view(request)
        form = TemplateForm(request.POST)
        form.is_valid()
        words = Words(form.cleaned_data.get("subject_line", ""), form.cleaned_data.get("body", ""))
        return TemplateResponse(request, "mail/preview.html", _preview(place, words))

    def do_reset(self, request: HttpRequest, place: TemplatePlace) -> HttpResponse:
        """Let the product's own words be sent again."""
        self.require(request, CHANGE)

        def do() -> str:
            reset_template(place.kind, shop=place.shop, language=place.language)
            return _("The standard text is used again.")

        return act(request, do, to=place.back)


@dataclass(frozen=True)
class LanguageLink:
    """A language in which a kind's words are written; `is_own` says that staff changed them."""

    code: str
    name: str
    is_own: bool
    url: str


def language_links(
    kind: MailKind, codes: list[str], *, own: set[tuple[str, str]], url: Callable[[str, str], str]
) -> list[LanguageLink]:
    """Return a link for each language; `own` are the kinds and languages that staff have written."""
    return [LanguageLink(code, language_name(code), (kind.name, code) in own, url(kind.name, code)) for code in codes]


def language_name(code: str) -> str:
    """Return the language in the reader's own words; its code where Django does not know it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _save(request: HttpRequest, form: TemplateForm, place: TemplatePlace) -> MailTemplate | None:
    try:
        row = save_template(
            place.kind, shop=place.shop, language=place.language, **form.cleaned_data, actor=actor(request)
        )
    except InvalidInput as error:
        for field, texts in error.errors.items():
            form.add_error(field, texts)
    except Conflict as error:
        form.add_error(None, error.text)
    else:
        messages.success(request, _("The template is saved."))
        return row
    return None


def _preview(place: TemplatePlace, words: Words) -> dict[str, Any]:
    """Return the mail as it would arrive, with the examples of its variables, or what is wrong with it."""
    kind, shop, language = place.kind, place.shop, place.language
    try:
        check_template(words.subject_line, words.body, variables=kind.variables)
    except InvalidInput as error:
        return {"errors": [text for texts in error.errors.values() for text in texts]}
    chosen = ShopMail.objects.filter(shop=shop).first() if shop else None
    sender = (chosen and chosen.sender_name) or (shop.name if shop else own_sender())
    with translation.override(language if language in dict(settings.LANGUAGES) else "en"):
        example = {name: str(variable.example) for name, variable in kind.variables.items()}
        example |= {"shop": shop.name} if shop else {}
        mail = compose(kind, words, example, language=language, sender=sender)
    return {"mail": mail, "sender": sender, "standard": own_words(kind, language=language)}
