"""API keys in the admin: the list, one of them, and all that can be done with it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from rest_framework_api_key.admin import APIKey

from backoffice.accounts.admin.key_forms import ApiKeyForm, RotateForm
from backoffice.accounts.admin.key_list import ApiKeyList
from backoffice.accounts.models import ApiKey, ApiKeyUse
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services import api_keys
from backoffice.accounts.services.key_scopes import givable_scopes
from backoffice.accounts.services.key_standing import standing_of, use_of
from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import refuse, staff_user
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.text.translatable import gettext as _
from backoffice.web.client_address import client_address

_CHANGE = "change_apikey"

# The library registers keys of its own, which belong to no shop and open nothing here.
admin.site.unregister(APIKey)


@admin.register(ApiKey)
class ApiKeyAdmin(PagesAdmin):
    """Made, changed, rotated and revoked by people, and never deleted: what a key did stays to be read."""

    list_page = ApiKeyList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", self.new),
            ("<str:pk>/edit/", "edit", self.edit),
            ("<str:pk>/rotate/", "rotate", self.rotate),
            ("<str:pk>/end-previous/", "end_previous", self.end_previous),
            ("<str:pk>/revoke/", "revoke", self.revoke),
        ]

    def shown_rows(self, row: ApiKey) -> list[QuerySet[Any]]:
        return [ApiKey.objects.filter(pk=row.pk), ApiKeyUse.objects.filter(pk=row.pk)]

    def detail_view(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        standing, may_change = standing_of(key), self.may(request, _CHANGE)
        may_give = set(key.scopes) <= set(givable_scopes(request.user))
        return self.render(
            request,
            "accounts/key.html",
            title=key.name,
            key=key,
            standing=standing,
            chip=standing.chip(),
            use=use_of(key),
            scopes=[(scope, scope in key.scopes) for scope in Scope],
            rotate=RotateForm(),
            can_rotate=api_keys.can_rotate(key, at_once=True),
            may_change=may_change and not key.revoked,
            may_rotate=may_change and may_give and not key.revoked,
        )

    @fresh_identity_required
    def new(self, request: HttpRequest) -> HttpResponse:
        """Make a key, and show it once."""
        self.require(request, "add_apikey")
        user = staff_user(request)
        form = ApiKeyForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                made, key = api_keys.make_key(given["shop"], form.values, user=user, is_test=given["is_test"])
            except DomainError as error:
                _add_errors(form, error)
            else:
                return self._show_once(request, made, key)
        return self._form(request, form, title=_("New API key"), back=reverse("admin:accounts_apikey_changelist"))

    @fresh_identity_required
    def edit(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Change what was chosen; shop and mode stay, and a revoked key never comes back."""
        self.require(request, _CHANGE)
        key = find_or_404(ApiKey, pk)
        if not (allowed := api_keys.can_change(key)) and allowed.refusal:
            return refuse(request, allowed.refusal, to=_url(pk))
        form = ApiKeyForm(request.POST or None, user=staff_user(request), key=key)
        if request.method == "POST" and form.is_valid():
            try:
                api_keys.change_key(key, form.values, user=staff_user(request))
            except DomainError as error:
                _add_errors(form, error)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(_url(pk))
        return self._form(request, form, title=_("Edit %(key)s") % {"key": key.name}, back=_url(pk))

    @fresh_identity_required
    def rotate(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Give the key a new secret, and show it once."""
        self.require(request, _CHANGE)
        key = find_or_404(ApiKey, pk)
        form = RotateForm(request.POST)
        if request.method != "POST" or not form.is_valid():
            return HttpResponseRedirect(_url(pk))
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        try:
            made = api_keys.rotate_key(key, overlap=overlap, user=staff_user(request))
        except DomainError as error:
            return refuse(request, error, to=_url(pk))
        key.refresh_from_db()
        return self._show_once(request, key, made)

    @fresh_identity_required
    def end_previous(self, request: HttpRequest, pk: str) -> HttpResponse:
        """End the old secret of a rotated key."""
        self.require(request, _CHANGE)
        key = find_or_404(ApiKey, pk)

        def do() -> str:
            api_keys.end_previous_secret(key)
            return _("The old secret no longer works.")

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def revoke(self, request: HttpRequest, pk: str) -> HttpResponse:
        """End the key for good."""
        self.require(request, _CHANGE)
        key = find_or_404(ApiKey, pk)

        def do() -> str:
            api_keys.revoke_key(key)
            return _("%(key)s is revoked. Requests with this key are no longer accepted.") % {"key": key.name}

        return act(request, do, to=_url(pk))

    def _form(self, request: HttpRequest, form: ApiKeyForm, *, title: str, back: str) -> HttpResponse:
        address = client_address(request)
        return self.render(request, "accounts/key_form.html", title=title, form=form, back=back, address=address)

    def _show_once(self, request: HttpRequest, key: ApiKey, secret: str) -> HttpResponse:
        """Show the key in the response itself and never again. A message would carry it through a cookie."""
        title = _("Key “%(key)s”") % {"key": key.name}
        page: TemplateResponse = never_cache(
            lambda asked: self.render(
                asked, "accounts/new_api_key.html", title=title, key=secret, row=key, back=_url(key.pk)
            )
        )(request)
        return page


def _add_errors(form: ApiKeyForm, error: DomainError) -> None:
    if not isinstance(error, InvalidInput):
        form.add_error("scopes", error.text)
        return
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)


def _url(pk: str) -> str:
    return reverse("admin:accounts_apikey_change", args=[pk])
