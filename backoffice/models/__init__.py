"""Things that all apps share: shops and their keys, pushes, callbacks, and how each vendor is doing."""

from backoffice.models.callback import Callback
from backoffice.models.epoch import Epoch
from backoffice.models.idempotency import IdempotencyKey
from backoffice.models.integration import Integration, VendorBudget, VendorToken
from backoffice.models.pull import Drift, PullCursor
from backoffice.models.push import Push, PushAttempt
from backoffice.models.shop import ApiKey, Shop
from backoffice.models.webhook import VendorWebhook
from backoffice.models.worker import Heartbeat

__all__ = [
    "ApiKey",
    "Callback",
    "Drift",
    "Epoch",
    "Heartbeat",
    "IdempotencyKey",
    "Integration",
    "PullCursor",
    "Push",
    "PushAttempt",
    "Shop",
    "VendorBudget",
    "VendorToken",
    "VendorWebhook",
]
