"""What staff type about endpoints."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.staff.filter_form import RowField
from backoffice.staff.text_fields import CodeField, LineField, LinkField
from backoffice.webhooks.models import WebhookEndpoint
from backoffice.webhooks.models.endpoint import LONGEST_URL
from backoffice.webhooks.services.endpoints import EndpointValues
from backoffice.webhooks.services.objects import SUBJECTS
from backoffice.webhooks.topics import TOPICS


class EndpointForm(forms.Form):
    """What can be chosen of an endpoint; the shop of a new one only."""

    shop = RowField(Shop.objects.order_by("name"), label=_("Shop"), empty_label=None)
    url = LinkField(label=_("Address"), max_length=LONGEST_URL, help_text=_("https only, reachable from the internet."))
    description = LineField(
        label=_("Name"), max_length=200, required=False, help_text=_("Name shown in lists, e.g. Shop system.")
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"), choices=list(TOPICS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label=_("Switched on"), required=False, initial=True)

    def __init__(self, *args: Any, endpoint: WebhookEndpoint | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if endpoint is not None:
            del self.fields["shop"]
            names = ("url", "description", "topics", "active")
            self.initial = {name: getattr(endpoint, name) for name in names}

    @property
    def values(self) -> EndpointValues:
        """Of a valid form."""
        given = self.cleaned_data
        return EndpointValues(given["url"], given["description"], tuple(given["topics"]), active=given["active"])


def _choosable() -> list[tuple[str, Any]]:
    """Return the topics whose things can be chosen."""
    return [(topic, label) for topic, label in TOPICS.items() if topic.partition(".")[0] in SUBJECTS]


class DryRunForm(forms.Form):
    """A topic, and a thing to show it of."""

    topic = forms.ChoiceField(label=_("Topic"), choices=_choosable)
    about = CodeField(
        label=_("About"),
        max_length=100,
        required=False,
        help_text=_("Order number or reference, SKU, or ID of a custom product, design or enquiry. Empty: the newest."),
    )


class ReplayForm(forms.Form):
    """A time, in the reader's zone."""

    since = forms.DateTimeField(
        label=_("Since"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    until = forms.DateTimeField(
        label=_("Until (optional)"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    only_failed = forms.BooleanField(label=_("Only events that were given up"), required=False)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)
