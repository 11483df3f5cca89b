"""Pushes, callbacks, and how each vendor is doing."""

from backoffice.engine.models.callback import Callback, CallbackKey
from backoffice.engine.models.epoch import Epoch
from backoffice.engine.models.file_deletion import FileDeletion
from backoffice.engine.models.integration import Heartbeat, Integration, RateLimit, VendorToken
from backoffice.engine.models.lease import Lease
from backoffice.engine.models.pull import Drift, PullCursor
from backoffice.engine.models.push import Push, PushAttempt
from backoffice.engine.models.status_day import StatusDay
from backoffice.engine.models.waiting_file import WaitingFile
from backoffice.engine.models.webhook_subscription import WebhookSubscription

__all__ = [
    "Callback",
    "CallbackKey",
    "Drift",
    "Epoch",
    "FileDeletion",
    "Heartbeat",
    "Integration",
    "Lease",
    "PullCursor",
    "Push",
    "PushAttempt",
    "RateLimit",
    "StatusDay",
    "VendorToken",
    "WaitingFile",
    "WebhookSubscription",
]
