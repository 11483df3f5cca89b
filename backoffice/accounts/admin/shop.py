"""Shops."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.admin.markets import MarketInline
from backoffice.accounts.models import Shop
from backoffice.accounts.services.currencies import ensure_sellable
from backoffice.errors import InvalidInput
from backoffice.staff.base import StaffAdmin


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


@admin.register(Shop)
class ShopAdmin(StaffAdmin):
    form = ShopForm
    inlines = (MarketInline,)
    change_form_after_template = "woocommerce/shop_links.html"
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
            _("When an order comes in"),
            {
                "fields": (
                    "on_short_stock",
                    "on_odd_price",
                    ("least_margin_percent", "total_factor"),
                    ("duplicate_window_minutes", "cooling_off_seconds"),
                )
            },
        ),
        (
            _("Information for vendors"),
            {
                "fields": (
                    ("tax_percent", "time_zone"),
                    ("sign_integration_id", "letter_shop_id"),
                    "product_url_template",
                    ("shipper_address_id", "shipper_address_key"),
                    ("export_address_id", "export_address_key"),
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
