"""Pushes, callbacks, and how each vendor is doing."""

from backoffice.engine.models.callback import Callback
from backoffice.engine.models.epoch import Epoch
from backoffice.engine.models.integration import Heartbeat, Integration, RateLimit, VendorToken
from backoffice.engine.models.pull import Drift, PullCursor
from backoffice.engine.models.push import Push, PushAttempt
from backoffice.engine.models.webhook_subscription import WebhookSubscription

__all__ = [
    "Callback",
    "Drift",
    "Epoch",
    "Heartbeat",
    "Integration",
    "PullCursor",
    "Push",
    "PushAttempt",
    "RateLimit",
    "VendorToken",
    "WebhookSubscription",
]
