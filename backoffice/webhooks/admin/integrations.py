"""Endpoints on the page of integrations: those that take nothing, or in a word that all take what they get."""

from dataclasses import dataclass

from django.db.models import F
from django.http import HttpRequest

from backoffice.engine.admin.parts import register_integration_part
from backoffice.states import Chip
from backoffice.visibility import visible
from backoffice.webhooks.models import WebhookEndpoint

_SHOWN = 20


@dataclass(frozen=True)
class EndpointsPart:
    """The endpoints that fail, at most so many, those that have for longest first."""

    failing: list[tuple[WebhookEndpoint, Chip]]
    has_more: bool
    may_try: bool


def _read(request: HttpRequest) -> EndpointsPart | None:
    if not request.user.has_perm("webhooks.view_webhookendpoint"):
        return None
    used = visible(WebhookEndpoint.objects.filter(active=True, removed_at__isnull=True))
    used = used.select_related("shop").defer("secrets")
    rows = list(used.order_by(F("failing_since").asc(nulls_last=True), "pk")[: _SHOWN + 1])
    if not rows:
        return None
    failing = [(row, row.chip()) for row in rows if row.is_failing]
    may_try = request.user.has_perm("webhooks.replay_webhookdelivery")
    return EndpointsPart(failing[:_SHOWN], len(failing) > _SHOWN, may_try)


register_integration_part("webhooks/integrations.html", read=_read)
