"""Endpoints and events, made by the services."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.webhooks.models import WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.dispatching import deliver_due
from backoffice.webhooks.services.endpoints import EndpointValues, add_endpoint
from backoffice.webhooks.services.recording import NewEvent, record_events


def endpoint_at(shop: Shop, url: str, *topics: str, **values: Any) -> WebhookEndpoint:
    return add_endpoint(shop, EndpointValues(url=url, topics=topics, **values), actor="mara")


def event(shop: Shop | None, topic: str = "order.released", number: int | str = 1) -> NewEvent:
    kind = topic.partition(".")[0]
    return NewEvent(shop and shop.pk, topic, kind, str(number), f"{kind}s/{number}/", {"number": f"WEB-{number}"})


def record(shop: Shop | None, *numbers: int, topic: str = "order.released") -> None:
    record_events([event(shop, topic, number) for number in numbers])


def deliver(*, rounds: int = 1) -> None:
    """Deliver what is due, in so many rounds: each ends when nothing is due at that moment."""
    for _round in range(rounds):
        deliver_due(seconds=20)


def states(endpoint: WebhookEndpoint) -> list[str]:
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("pk")
    return list(rows.values_list("state", flat=True))


def make_due() -> None:
    """Let what waits for its next try be due now."""
    WebhookDelivery.objects.filter(state="waiting").update(next_at=timezone.now() - timedelta(seconds=1))
    WebhookEndpoint.objects.update(retry_at=None)
