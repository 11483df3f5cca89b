"""Whose rows of the engine are whose: those about a thing are seen by who sees the thing, whatever vendor it is at."""

from backoffice.engine.models import (
    Callback,
    CallbackKey,
    Drift,
    Epoch,
    FileDeletion,
    Heartbeat,
    Integration,
    Lease,
    PullCursor,
    Push,
    PushAttempt,
    RateLimit,
    StatusDay,
    VendorToken,
    WaitingFile,
    WebhookSubscription,
)
from backoffice.visibility import about_visible, register_condition, register_shared, register_through

for _model in (Push, Callback, Drift):
    register_condition(_model, about_visible)
register_through(PushAttempt, "push", of=Push)
register_shared(
    Integration, PullCursor, RateLimit, StatusDay, VendorToken, WebhookSubscription,
    reason="The connection to a vendor, which all shops use.",
)  # fmt: skip
register_shared(
    CallbackKey, Epoch, FileDeletion, Heartbeat, Lease, WaitingFile,
    reason="The machinery itself; no page shows its rows.",
)  # fmt: skip
