"""Endpoints, the stream of events, and what of it went where."""

from backoffice.webhooks.models.delivery import DeliveryAttempt, WebhookDelivery, WebhookState
from backoffice.webhooks.models.endpoint import ApiVersion, WebhookEndpoint
from backoffice.webhooks.models.event import RecordedEvent, ShopEvent

__all__ = [
    "ApiVersion",
    "DeliveryAttempt",
    "RecordedEvent",
    "ShopEvent",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookState",
]
