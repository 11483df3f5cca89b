"""The form of a card campaign, with the vendor's templates where it lists them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.staff.text_fields import text_formfield
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import live_accounts
from backoffice.visibility import visible
from orders.marketing.models import CampaignState, MailCampaign

# Seconds: for how long a list of templates is remembered, and how long somebody waits for it.
REMEMBERED, PATIENCE = 300, 4.0
DESIGN = ("shop", "name", "template_id")


class CampaignForm(forms.ModelForm):
    """What a person decides about a campaign. Of one that is ready, only how it is mailed and what it may cost."""

    class Meta:
        model = MailCampaign
        formfield_callback = text_formfield
        fields = (
            "shop", "name", "template_id", "postage", "speed", "hold_until", "budget", "auto_bill", "attribution_days",
        )  # fmt: skip
        widgets = {
            "template_id": forms.NumberInput({"min": 1, "step": 1}),
            "hold_until": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "budget": forms.NumberInput({"min": 0, "step": "0.01"}),
            "attribution_days": forms.NumberInput({"min": 0, "max": 365}),
        }

    def __init__(self, *args: Any, templates: Sequence[tuple[int, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        if self.instance.pk and self.instance.state != CampaignState.DRAFT:
            for name in DESIGN:
                del self.fields[name]
            return
        if templates:
            self.fields["template_id"] = _template_field(templates, chosen=self.instance)
        chosen = self.fields["shop"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = visible(Shop.objects.order_by("name"))
        shops = list(visible(Shop.objects.order_by("name"))[:2])
        if len(shops) == 1:
            self.fields["shop"].initial = shops[0].pk

    def clean_hold_until(self) -> date | None:
        day: date | None = self.cleaned_data["hold_until"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past."))
        return day

    def clean_attribution_days(self) -> int:
        days: int = self.cleaned_data["attribution_days"]
        if days > 365:
            raise forms.ValidationError(_t("At most 365 days."))
        return days


def _template_field(templates: Sequence[tuple[int, str]], *, chosen: MailCampaign) -> forms.TypedChoiceField:
    """Return the choice of a template by its name; one that the vendor lists no more stays as it is."""
    choices: list[tuple[Any, Any]] = [(number, name or str(number)) for number, name in templates]
    if chosen.template_id and chosen.template_id not in dict(choices):
        choices.insert(0, (chosen.template_id, chosen.template_name or str(chosen.template_id)))
    if not chosen.template_id:
        choices.insert(0, ("", _("Choose a template")))
    return forms.TypedChoiceField(label=_("Template"), choices=choices, coerce=int)


class TableForm(forms.Form):
    """A table of recipients, and the word that its people agreed to get mail."""

    file = forms.FileField(label=_("XLSX or CSV file"))
    agreed = forms.BooleanField(label=_("The people in this table have agreed to get mail from us."))


def card_templates(vendor_name: str) -> list[tuple[int, str]]:
    """Return (number, name) of the vendor's templates; none where it lists none or cannot be asked now."""
    if vendor_name not in live_accounts(SendsCards, configured=True):
        return []
    known = cache.get(f"card-templates-{vendor_name}")
    if known is None:
        try:
            found = get_vendor(vendor_name, SendsCards, lane=Lane.READS, patience=PATIENCE).card_templates() or []
        except VendorError:
            found = []
        known = [(template.vendor_id, template.name) for template in found]
        cache.set(f"card-templates-{vendor_name}", known, REMEMBERED if known else 30)
    return list(known)
