"""Subscriptions at vendors: which we want, which there are, and the secrets that they are signed with.

Making and ending one are writes, so each is a push about its row; a lost answer is looked for in the vendor's list.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.engine.models import Push, WebhookSubscription
from backoffice.engine.models.push import Lane
from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import IllegalTransition
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ManagesWebhooks
from backoffice.vendors.registry import vendor_type
from backoffice.vendors.sign_messages import Webhook

SUBSCRIBE, UNSUBSCRIBE = "webhooks.subscribe", "webhooks.unsubscribe"
# How long after its end a subscription's secret still opens the door: what was on its way may come again.
KEPT_AFTER = timedelta(days=2)
MOST_SECRETS = 20


def kept_secrets(vendor: str, topic: str) -> tuple[str, ...]:
    """Return those of the topic's subscriptions, newest first; one query."""
    fresh = Q(ended_at__isnull=True) | Q(ended_at__gt=timezone.now() - KEPT_AFTER)
    rows = WebhookSubscription.objects.filter(fresh, vendor=vendor, topic=topic, secret__isnull=False)
    kept = [row.secret for row in rows.order_by("-pk")[:MOST_SECRETS]]
    return tuple(str(secret["secret"]) for secret in kept if secret)


def address_of(vendor: str, topic: str) -> str:
    """Return where the vendor is to call us."""
    return f"{settings.PUBLIC_URL}/callbacks/{vendor}/{topic}/"


def list_subscriptions(vendor: str) -> list[tuple[Webhook, WebhookSubscription | None]]:
    """Return what the vendor lists, each with our row, None where it is not ours; secrets of ours that it shows are
    kept. Raises VendorError.
    """
    listed = get_vendor(vendor, ManagesWebhooks, lane=Lane.READS).list_webhooks()
    rows = {row.vendor_id: row for row in WebhookSubscription.objects.filter(vendor=vendor).exclude(vendor_id="")}
    for webhook in listed:
        if (row := rows.get(webhook.vendor_id)) is not None:
            note_webhook(row, webhook)
    return [(webhook, rows.get(webhook.vendor_id)) for webhook in listed]


@transaction.atomic
def subscribe_webhooks(vendor: str, *, actor: str) -> list[Push]:
    """Make sure that each topic has a webhook to our address, or a push that makes it; return those pushes.

    Asking twice changes nothing.
    """
    pushes = []
    for topic in vendor_type(vendor, ManagesWebhooks).WEBHOOK_TOPICS:
        key = {"vendor": vendor, "topic": topic, "url": address_of(vendor, topic), "ended_at": None}
        row, _made = WebhookSubscription.objects.get_or_create(**key, defaults={"created_by": actor})
        if not row.is_made or row.secret is None:
            pushes.append(queue_push(SUBSCRIBE, vendor=vendor, subject=row, actor=actor, lane=Lane.READS))
    return pushes


@transaction.atomic
def end_webhook(row: WebhookSubscription, *, actor: str) -> Push:
    """End the subscription at the vendor. Raises IllegalTransition when it has ended, or was never made."""
    row = WebhookSubscription.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is not None or not row.is_made:
        raise IllegalTransition(_("This webhook was not found at the vendor."))
    return queue_push(UNSUBSCRIBE, vendor=row.vendor, subject=row, actor=actor, lane=Lane.READS)


@transaction.atomic
def adopt_webhook(vendor: str, webhook: Webhook, *, actor: str) -> WebhookSubscription:
    """Return a row for a subscription that somebody else made, so that it can be ended."""
    topics = {at_vendor: topic for topic, at_vendor in vendor_type(vendor, ManagesWebhooks).WEBHOOK_TOPICS.items()}
    row, _made = WebhookSubscription.objects.get_or_create(
        vendor=vendor,
        vendor_id=webhook.vendor_id,
        ended_at=None,
        defaults={
            # Two of one topic and address are told apart by their number.
            "topic": f"{topics.get(webhook.topic, webhook.topic)}#{webhook.vendor_id}"[:64],
            "url": webhook.url,
            "created_by": actor,
        },
    )
    return row


def note_webhook(row: WebhookSubscription, webhook: Webhook) -> None:
    """Save what the vendor lists of it; a secret that it does not show this time stays."""
    changes: dict[str, Any] = {"vendor_id": webhook.vendor_id, "status": webhook.status}
    if webhook.secret and row.secret != {"secret": webhook.secret}:
        changes["secret"] = {"secret": webhook.secret}
    if changed := set_changed(row, changes):
        row.save(update_fields=changed)


def note_ended(row: WebhookSubscription) -> None:
    """Save that the vendor has it no longer."""
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
