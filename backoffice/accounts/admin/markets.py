"""The further markets of a shop, on the page of the shop."""

from typing import Any

from django import forms
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.accounts.models import FurtherMarket
from backoffice.staff.text_fields import CleansTexts
from backoffice.text.regions import country_code
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import CURRENCIES


class MarketsFormSet(BaseInlineFormSet):
    """No order may belong to two markets: those in one currency share no country, and one of them is for all others."""

    def clean(self) -> None:
        super().clean()
        # The shop's own market is for everybody, in its currency.
        taken: dict[str, set[str]] = {str(self.instance.currency).upper(): {""}}
        for form in self.forms:
            given = form.cleaned_data if form.is_valid() else {}
            if given and not given.get("DELETE"):
                self._check(form, given, taken.setdefault(given["currency"].strip().upper(), set()))

    def _check(self, form: forms.ModelForm, given: dict[str, Any], taken: set[str]) -> None:
        currency = given["currency"].strip().upper()
        countries = {country_code(code) or code.strip().upper() for code in given["countries"] or [""]}
        places = {"shipping_from": [given["shipping_from"]], "countries": given["countries"]}
        for name, codes in places.items():
            if unknown := [code for code in codes if code and not country_code(code)]:
                form.add_error(name, _("%(code)s is not a country code.") % {"code": ", ".join(unknown)})
        if currency not in CURRENCIES:
            form.add_error("currency", _("%(currency)s is not an ISO 4217 currency code.") % {"currency": currency})
        elif "" in countries & taken:
            text = _("The shop already sells in %(currency)s: name the countries this market is for.")
            form.add_error("countries", text % {"currency": currency})
        elif twice := countries & taken:
            text = _("Another market already sells in %(currency)s to: %(countries)s.")
            form.add_error("countries", text % {"currency": currency, "countries": ", ".join(sorted(twice))})
        taken |= countries


class MarketInline(CleansTexts, TabularInline):
    model = FurtherMarket
    formset = MarketsFormSet
    fields = ("currency", "shipping_from", "countries")
    verbose_name = gettext_lazy("Market")
    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Give the countries a line: a list of codes is no essay."""
        if db_field.name == "countries":
            options["widget"] = UnfoldAdminTextInputWidget
        return super().formfield_for_dbfield(db_field, request, **options)
