"""Shops and their API keys."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from rest_framework_api_key.admin import APIKey
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.services.currencies import ensure_sellable
from backoffice.errors import InvalidInput
from backoffice.staff.base import StaffAdmin
from backoffice.text.translatable import gettext as _


class ShopForm(forms.ModelForm):
    """A new shop is given a currency that it can sell in; afterwards it never changes."""

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        if currency := given.get("currency"):
            try:
                ensure_sellable(currency, prices_come_with_products=bool(given.get("sign_integration_id")))
            except InvalidInput as error:
                self.add_error("currency", error.text)
        return given


# The library registers keys of its own, which belong to no shop and open nothing here.
admin.site.unregister(APIKey)


@admin.register(Shop)
class ShopAdmin(StaffAdmin):
    form = ShopForm
    list_display = ("name", "code", "currency", "language", "release_automatically", "created_at")
    search_fields = ("name", "code")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "code",
                    ("currency", "language"),
                    "release_automatically",
                    "own_delivery_slip",
                    "own_labels",
                )
            },
        ),
        (
            _lazy("When an order comes in"),
            {
                "fields": (
                    "on_short_stock",
                    "on_odd_price",
                    ("loss_limit_percent", "total_factor"),
                    ("duplicate_window_minutes", "cooling_off_seconds"),
                )
            },
        ),
        (
            _lazy("What vendors want to know"),
            {
                "fields": (
                    ("tax_percent", "time_zone"),
                    ("sign_integration_id", "letter_shop_id"),
                    "card_pause_days",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Freeze the code, part of every number given out, and the currency, that of every order taken."""
        return ("code", "currency") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(StaffAdmin):
    list_display = ("name", "prefix", "shop", "created", "expiry_date", "standing")
    list_filter = (("shop", RelatedDropdownFilter), "revoked")
    list_select_related = ("shop",)
    search_fields = ("name", "prefix")
    fields = ("shop", "name", "scopes", "expiry_date", "revoked", "prefix", "created")
    readonly_fields = ("prefix", "created")

    @display(description=_lazy("State"), label={"works": "success", "expired": "warning", "revoked": "danger"})
    def standing(self, key: ApiKey) -> tuple[str, str]:
        """Return it as a word: a red cross under "revoked" would look like trouble where all is well."""
        if key.revoked:
            return "revoked", _("revoked")
        return ("expired", _("expired")) if key.has_expired else ("works", _("works"))

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Freeze all but the name: a key never moves to another shop, and a revoked one never comes back."""
        if obj is None:
            return self.readonly_fields
        return (*self.readonly_fields, "shop", *(("revoked", "scopes") if obj.revoked else ()))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Keep a new key on its object until the page that shows it: only its hash is stored."""
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.key_to_show = ApiKey.objects.assign_key(obj)  # type: ignore[attr-defined]
        obj.save()

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the key in the response itself and never again. A message would carry it through a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The key of %s") % obj.name,
            "key": obj.key_to_show,  # type: ignore[attr-defined]
        }
        page = never_cache(lambda _request: TemplateResponse(request, "accounts/new_api_key.html", context))
        return page(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Revoke it instead: what it did stays to be read."""
        return False
