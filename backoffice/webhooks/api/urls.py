"""Addresses below /api/v1/."""

from django.urls import path

from backoffice.webhooks.api.deliveries import (
    WebhookDeliveries,
    WebhookDeliveryDetail,
    WebhookDryRun,
    WebhookReplay,
    WebhookTest,
)
from backoffice.webhooks.api.stream import EventDetail, EventsView
from backoffice.webhooks.api.views import WebhookEndpointDetail, WebhookEndpoints, WebhookSecretRotation

_ONE = "webhook-endpoints/<int:pk>/"
urlpatterns = [
    path("events/", EventsView.as_view(), name="api-events"),
    path("events/<code:event_id>/", EventDetail.as_view(), name="api-event"),
    path("webhook-endpoints/", WebhookEndpoints.as_view(), name="api-webhook-endpoints"),
    path(_ONE, WebhookEndpointDetail.as_view(), name="api-webhook-endpoint"),
    path(f"{_ONE}secret/", WebhookSecretRotation.as_view(), name="api-webhook-secret"),
    path(f"{_ONE}test/", WebhookTest.as_view(), name="api-webhook-test"),
    path(f"{_ONE}dry-run/", WebhookDryRun.as_view(), name="api-webhook-dry-run"),
    path(f"{_ONE}replay/", WebhookReplay.as_view(), name="api-webhook-replay"),
    path(f"{_ONE}deliveries/", WebhookDeliveries.as_view(), name="api-webhook-deliveries"),
    path(f"{_ONE}deliveries/<int:delivery>/", WebhookDeliveryDetail.as_view(), name="api-webhook-delivery"),
]
