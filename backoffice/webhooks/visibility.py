"""Whose webhooks are whose; events of the catalogue go to all shops."""

from backoffice.visibility import register, register_shop_or_all, register_subjects
from backoffice.webhooks.models import DeliveryAttempt, RecordedEvent, ShopEvent, WebhookDelivery, WebhookEndpoint

register(WebhookEndpoint, "shop")
register(WebhookDelivery, "endpoint__shop")
register(DeliveryAttempt, "delivery__endpoint__shop")
for _model in (RecordedEvent, ShopEvent):
    register_shop_or_all(_model, "shop")
register_subjects(WebhookEndpoint)
