"""How the demo hears of what happens at Sign Customiser: webhooks, asked for once."""

import time

from backoffice.engine.models import WebhookSubscription
from backoffice.engine.services.webhook_subscriptions import address_of, subscribe_webhooks
from backoffice.vendors.abilities import ManagesWebhooks
from backoffice.vendors.registry import vendor_type

VENDOR, ACTOR = "sign-customiser", "demo"
PATIENCE_SECONDS = 30.0


def follow_signs(*, patience: float = PATIENCE_SECONDS) -> bool:
    """Subscribe to new orders and forms at Sign Customiser, by way of the workers. Return whether that
    is done within so many seconds; what is not is done later. Asking again changes nothing.
    """
    subscribe_webhooks(VENDOR, actor=ACTOR)
    deadline = time.monotonic() + patience
    while not _are_made() and time.monotonic() < deadline:
        time.sleep(0.2)
    return _are_made()


def _are_made() -> bool:
    ours = WebhookSubscription.objects.filter(vendor=VENDOR, ended_at__isnull=True)
    made = {(row.topic, row.url) for row in ours if row.is_made and row.secret is not None}
    return made >= {(topic, address_of(VENDOR, topic)) for topic in vendor_type(VENDOR, ManagesWebhooks).WEBHOOK_TOPICS}
