"""Trying an endpoint out: an event for it alone, and what would be sent, without sending it."""

from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Max

from backoffice.decisions import note_decision
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint
from backoffice.webhooks.services.gate import add_alone
from backoffice.webhooks.services.messages import OutgoingWebhook, build_message, build_webhook
from backoffice.webhooks.services.objects import find_subject
from backoffice.webhooks.services.recording import notify_dispatchers
from backoffice.webhooks.services.secrets import valid_secrets
from backoffice.webhooks.services.sequencing import FAN_OUT_ONE
from backoffice.webhooks.topics import TEST, TOPICS

_OBJECT = "webhook_endpoint"


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, actor: str) -> WebhookDelivery:
    """Send the endpoint a test event, as any other. Raise IllegalTransition for one that is switched off."""
    if endpoint.removed_at is not None or not endpoint.active:
        raise IllegalTransition(_("The endpoint is switched off."))
    add_alone()
    own = {"object_type": _OBJECT, "object_id": str(endpoint.pk)}
    newest = ShopEvent.objects.filter(**own).aggregate(newest=Max("version"))["newest"] or 0
    event = ShopEvent.objects.create(
        **own,
        shop_id=endpoint.shop_id,
        topic=TEST,
        version=newest + 1,
        path=f"webhook-endpoints/{endpoint.pk}/",
        created_at=datetime.now(UTC),
    )
    with connection.cursor() as cursor:
        cursor.execute(FAN_OUT_ONE, {"endpoint": endpoint.pk, "event": event.pk, "actor": actor})
    note_decision(endpoint, _("Test event sent"))
    notify_dispatchers()
    return WebhookDelivery.objects.get(endpoint=endpoint, event=event)


def dry_run(endpoint: WebhookEndpoint, *, topic: str, about: str) -> OutgoingWebhook:
    """Return what an event of that topic about the shop's thing of that number or id would look like, the newest where
    none is named, signed as if it left now. Nothing is kept and nothing is sent. Raise InvalidInput.
    """
    if topic not in TOPICS:
        text = _("Unknown topic: %(topic)s.") % {"topic": topic[:50]}
        raise InvalidInput(text, errors={"topic": [text]})
    subject = find_subject(topic, about, shop=endpoint.shop)
    if subject is None:
        text = _("The shop has nothing of this kind yet.")
        if about:
            text = _("The shop has nothing with the number or ID %(id)s.") % {"id": about[:100]}
        raise InvalidInput(text, errors={"about": [text]})
    event = ShopEvent(
        pk=0,
        topic=topic,
        object_type=subject.object_type,
        object_id=subject.object_id,
        version=_next_version(subject.object_type, subject.object_id),
        path=subject.path,
        details=dict(subject.details),
        created_at=datetime.now(UTC),
    )
    message = build_message(event, api_version=endpoint.api_version)
    return build_webhook(message, url=endpoint.url, secrets=valid_secrets(endpoint), attempt=1)


def _next_version(object_type: str, object_id: str) -> int:
    rows = ShopEvent.objects.filter(object_type=object_type, object_id=object_id)
    return (rows.aggregate(newest=Max("version"))["newest"] or 0) + 1
