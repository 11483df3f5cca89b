"""Mails to the customers of a shop: which kinds are on, from whom, and what they say."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.mail.admin.templates import CHANGE, LanguageLink, TemplatePages, TemplatePlace, language_links
from backoffice.mail.models import MailTemplate, ShopMail
from backoffice.mail.services.choices import choose_for_shop
from backoffice.mail.services.kinds import MAIL_KINDS, Audience, MailKind, kinds_for
from backoffice.mail.services.sending import is_set_up
from backoffice.mail.services.templates import languages_of
from backoffice.staff.base import actor
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import View, get_visible_or_404
from backoffice.staff.text_fields import EmailCodeField, LineField
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible


def _customer_kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.title) for kind in kinds_for(Audience.CUSTOMER)]


class ShopMailForm(forms.Form):
    """From whom mails come, and which kinds are on."""

    sender_name = LineField(label=gettext_lazy("Sender's name"), max_length=100, required=False)
    reply_to = EmailCodeField(label=gettext_lazy("Replies go to"), max_length=254, required=False)
    kinds = forms.MultipleChoiceField(choices=_customer_kinds, required=False)


@dataclass(frozen=True)
class ShopMailRow:
    """One kind with its switch and its languages."""

    kind: MailKind
    is_on: bool
    languages: list[LanguageLink]


class ShopMailList(ListPage[Shop]):
    """The shops; of a single one its page is shown at once."""

    title = gettext_lazy("Customer e-mails")
    template_name = "mail/shop_list.html"
    queryset = Shop.objects.select_related("mail")
    empty_icon = "storefront"


@admin.register(ShopMail)
class ShopMailAdmin(TemplatePages):
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
        codes = list(visible(Shop.objects.all()).values_list("code", flat=True)[:2])
        if len(codes) == 1:
            return HttpResponseRedirect(reverse("admin:mail_shopmail_shop", args=codes))
        return super().changelist_view(request, extra_context)

    def detail_view(self, request: HttpRequest, chosen: ShopMail) -> HttpResponse:
        """Lead to the shop's page, which is there before anything was chosen."""
        return HttpResponseRedirect(reverse("admin:mail_shopmail_shop", args=[chosen.shop.code]))

    def shop(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show and save which kinds are on."""
        self.require_view(request)
        if request.method == "POST":
            self.require(request, "change_shopmail")
        shop = get_visible_or_404(Shop, code=code)
        chosen = ShopMail.objects.filter(shop=shop).first() or ShopMail(shop=shop)
        initial = {"sender_name": chosen.sender_name, "reply_to": chosen.reply_to, "kinds": chosen.kinds}
        form = ShopMailForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid():
            choose_for_shop(shop, **form.cleaned_data, actor=actor(request))
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
        return self.render(
            request,
            "mail/shop.html",
            title=_("Customer e-mails of %(shop)s") % {"shop": shop.name},
            shop=shop,
            form=form,
            rows=_rows(shop, chosen),
            sender=settings.DEFAULT_FROM_EMAIL,
            may_change=self.may(request, "change_shopmail"),
            is_set_up=is_set_up(),
        )

    def template(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Show and save what mails of that kind say in that language."""
        self.require_for_template(request)
        return self.show_template(request, _find(code, kind, language))

    def preview(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Show the mail as it would arrive."""
        self.require_view(request)
        return self.show_preview(request, _find(code, kind, language))

    def reset(self, request: HttpRequest, code: str, kind: str, language: str) -> HttpResponse:
        """Let the product's own words be sent again."""
        self.require(request, CHANGE)
        return self.do_reset(request, _find(code, kind, language))


def _find(code: str, kind: str, language: str) -> TemplatePlace:
    shop, one = get_visible_or_404(Shop, code=code), MAIL_KINDS.get(kind)
    if one is None or one.audience != Audience.CUSTOMER or language not in languages_of(shop):
        raise Http404
    back = reverse("admin:mail_shopmail_shop", args=[code])
    return TemplatePlace(one, language, shop, "mail_shopmail", (code, kind, language), back)


def _rows(shop: Shop, chosen: ShopMail) -> list[ShopMailRow]:
    own = set(MailTemplate.objects.filter(shop=shop).values_list("kind", "language"))

    def url(kind: str, language: str) -> str:
        return reverse("admin:mail_shopmail_template", args=[shop.code, kind, language])

    return [
        ShopMailRow(kind, kind.name in chosen.kinds, language_links(kind, languages_of(shop), own=own, url=url))
        for kind in kinds_for(Audience.CUSTOMER)
    ]
