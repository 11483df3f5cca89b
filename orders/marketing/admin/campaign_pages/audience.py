"""The page on which the recipients of a campaign are chosen: a form over its address, and who would get a card."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.filter_form import choice_field, day_field
from backoffice.staff.text_fields import CodeField
from orders.marketing.admin.campaign_pages.actions import page_of_campaign
from orders.marketing.admin.campaign_pages.labels import dollars
from orders.marketing.models import MailCampaign
from orders.marketing.services.campaigns.addresses import STATES
from orders.marketing.services.campaigns.audience import (
    MOST_ADDED,
    AudiencePreview,
    BuyingHistory,
    CardAudience,
    add_audience,
    preview_audience,
)

PEOPLE_SHOWN = 12


class AudienceForm(forms.Form):
    """What the recipients have in common."""

    since = day_field(gettext_lazy("Bought from"))
    until = day_field(gettext_lazy("Bought until"))
    silent_since = day_field(gettext_lazy("Nothing bought since"))
    history = choice_field(gettext_lazy("How often"), BuyingHistory.choices)
    least = forms.DecimalField(
        label=gettext_lazy("Order total at least"),
        required=False,
        min_value=0,
        max_digits=13,
        decimal_places=3,
        help_text=gettext_lazy("Gross, in the order's currency."),
    )
    sku = CodeField(
        label=gettext_lazy("Bought SKU"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("The first characters are enough."),
    )
    state_code = choice_field(pgettext_lazy("address", "State"), [(state, state) for state in sorted(STATES)])

    def audience(self) -> CardAudience:
        """Return what was chosen; the form must be valid."""
        return CardAudience(**self.cleaned_data)


def audience_url(campaign: MailCampaign) -> str:
    return reverse("admin:marketing_mailcampaign_audience", args=[campaign.pk])


def audience_context(request: HttpRequest, campaign: MailCampaign) -> dict[str, Any]:
    """Return what the page shows; nobody where the form has errors, or the campaign is a draft no more."""
    # Without anything chosen the address has no fields, and everybody is meant.
    form = AudienceForm(request.GET, label_suffix="")
    refusal = campaign.can_fill().reason
    is_shown = form.is_valid() and not refusal
    preview = preview_audience(form.audience(), campaign=campaign) if is_shown else AudiencePreview()
    count = len(preview.willing)
    return {
        "campaign": campaign,
        "form": form,
        "refusal": refusal,
        "preview": preview,
        "people": preview.willing[:PEOPLE_SHOWN],
        "others": max(0, count - PEOPLE_SHOWN),
        "count": count,
        "most": MOST_ADDED,
        "button": ngettext("Add %(count)s recipient", "Add %(count)s recipients", count) % {"count": count},
        "estimate": dollars(preview.price) if preview.price else "",
        "query": request.GET.urlencode(),
        "back": page_of_campaign(campaign),
    }


def add_chosen(request: HttpRequest, campaign: MailCampaign) -> HttpResponse:
    """List everybody whom the page showed, as its address says who they are."""
    form = AudienceForm(request.GET)
    if not form.is_valid():
        return HttpResponseRedirect(request.get_full_path())
    try:
        listed = add_audience(form.audience(), campaign=campaign, actor=actor(request))
    except DomainError as error:
        return refuse(request, error, to=page_of_campaign(campaign))
    text = ngettext("%(count)s recipient was added.", "%(count)s recipients were added.", listed)
    messages.success(request, text % {"count": listed})
    return HttpResponseRedirect(page_of_campaign(campaign))
