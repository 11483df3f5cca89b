"""Looking after connections: webhooks that WooCommerce disabled, and messages that have long been dealt with."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from orders.connectors.woocommerce.models import MessageState, WooMessage
from orders.connectors.woocommerce.services import health
from orders.connectors.woocommerce.services.client import WooRefused, WooUnavailable
from orders.connectors.woocommerce.services.connections import ensure_webhooks

_BATCH = 1000
_DONE = (MessageState.APPLIED, MessageState.KNOWN, MessageState.UNPAID, MessageState.OLD, MessageState.DISMISSED)


def keep_webhooks(*, seconds: float) -> None:
    """Have the webhooks of all connections there and switched on; those that cannot be asked wait for the next time."""
    deadline = time.monotonic() + seconds
    for connection in health.usable().filter(Q(webhook_at__isnull=False) | Q(webhooks_at__isnull=False)):
        if time.monotonic() >= deadline:
            return
        try:
            ensure_webhooks(connection)
        except WooUnavailable as error:
            health.note_failure(connection, error)
        except WooRefused:
            # A key that may not manage webhooks: people have made them there.
            continue


def clear_old_messages() -> int:
    """Delete what was dealt with more than WOOCOMMERCE_LOG_DAYS ago. Return how many that were."""
    before, total = timezone.now() - timedelta(days=settings.WOOCOMMERCE_LOG_DAYS), 0
    old = WooMessage.objects.filter(state__in=_DONE, processed_at__lt=before)
    while some := list(old.values_list("pk", flat=True)[:_BATCH]):
        total += WooMessage.objects.filter(pk__in=some).delete()[0]
    return total
