"""Storefronts that take no webhooks."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.states import Tone
from backoffice.webhooks.models import WebhookEndpoint


def _need(endpoint: WebhookEndpoint) -> Need:
    return Need(
        what=f"{endpoint.shop.name} · {endpoint}",
        detail=str(endpoint.last_failure),
        since=endpoint.failing_since,
        url=link("webhooks_webhookendpoint_change", endpoint.pk),
    )


KINDS = [
    InboxKind(
        name="dead-webhook-endpoints",
        title=gettext_lazy("Storefronts that do not accept webhooks"),
        icon="webhook",
        tone=Tone.RED,
        place=235,
        see=("webhooks.view_webhookendpoint",),
        act="webhooks.change_webhookendpoint",
        rows=lambda: WebhookEndpoint.objects.filter(needs_attention=True).defer("secrets"),
        order_by=("pk",),
        since="failing_since",
        related=("shop",),
        needs=each(_need),
        page=page_of("webhooks_webhookendpoint_changelist", query="?attention=1"),
    )
]
