"""What staff type about accounts. A secret is never shown again: left empty, it stays as it is."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.text_fields import CodeField, LineField, LinkField, ParagraphField
from backoffice.text.translatable import gettext
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.models.account import LONGEST_ADDRESS, LONGEST_TITLE
from backoffice.vendor_accounts.services.accounts import AccountValues
from backoffice.vendor_accounts.services.checking import LONGEST_VALUE, MOST_LINES, fields_of
from backoffice.vendors.kept_accounts import AccountField, FieldKind


class AccountShopsField(forms.ModelMultipleChoiceField):
    """Shops to be ticked, each with the account that it uses now where that is another one."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        other = next((row.account.title for row in obj.accounts_there), "")
        if not other:
            return str(obj)
        return str(gettext("%(shop)s (now: %(account)s)") % {"shop": obj, "account": other})


class VendorAccountForm(forms.Form):
    """Its name, its shops, what lets it in at the vendor, and how fast it may call there."""

    title = LineField(label=_("Name"), max_length=LONGEST_TITLE, help_text=_("Name shown on pages, e.g. Berlin."))
    requests_per_minute = forms.FloatField(
        label=_("Calls per minute"),
        required=False,
        min_value=1,
        help_text=_("The vendor’s limit for this account. Empty: as in the settings."),
    )

    def __init__(self, *args: Any, vendor: str, account: VendorAccount | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account_fields = [one for one in fields_of(vendor) if one.kind != FieldKind.MADE]
        there = ShopAccount.objects.filter(vendor=vendor).exclude(account=account).select_related("account")
        shops = Shop.objects.order_by("name").prefetch_related(
            Prefetch("vendor_accounts", queryset=there, to_attr="accounts_there")
        )
        self.fields["shops"] = AccountShopsField(shops, label=_("Shops"), required=False)
        for one in self.account_fields:
            self.fields[one.setting] = _form_field(one, is_new=account is None)
        if account is not None:
            shown = {one.setting: account.credentials.get(one.setting, "") for one in self.account_fields}
            self.initial = {one.setting: shown[one.setting] for one in self.account_fields if not one.is_secret} | {
                "title": account.title,
                "requests_per_minute": account.requests_per_minute,
                "shops": [row.shop_id for row in account.shop_accounts.all()],
            }

    @property
    def values(self) -> AccountValues:
        """Of a valid form."""
        given = self.cleaned_data
        credentials = {one.setting: given[one.setting] for one in self.account_fields}
        for one in self.account_fields:
            if one.kind == FieldKind.SEALED_LIST:
                lines = (line.strip() for line in credentials[one.setting].splitlines())
                credentials[one.setting] = [line for line in lines if line]
        return AccountValues(given["title"], list(given["shops"]), given["requests_per_minute"], credentials)

    @property
    def credentials(self) -> list[forms.BoundField]:
        """The fields of what lets the account in."""
        return [self[one.setting] for one in self.account_fields]


def _form_field(one: AccountField, *, is_new: bool) -> forms.Field:
    kept = "" if is_new or not one.is_secret else _("Leave empty to keep the stored value.")
    hints = [str(hint) for hint in (one.help, kept) if hint]
    is_required = is_new and one.is_required and one.kind != FieldKind.ADDRESS
    options: dict[str, Any] = {"label": one.label, "required": is_required, "help_text": " ".join(hints)}
    if one.kind == FieldKind.SEALED_LIST:
        widget = forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"})
        return ParagraphField(max_length=LONGEST_VALUE * MOST_LINES, widget=widget, **options)
    if one.is_secret:
        return CodeField(max_length=LONGEST_VALUE, widget=forms.PasswordInput({"autocomplete": "off"}), **options)
    if one.kind == FieldKind.ADDRESS:
        usual = forms.TextInput({"placeholder": getattr(settings, one.setting, ""), "autocomplete": "off"})
        return LinkField(max_length=LONGEST_ADDRESS, widget=usual, **options)
    return CodeField(max_length=LONGEST_VALUE, **options)
