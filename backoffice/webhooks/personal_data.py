"""What webhooks to storefronts hold of people."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import FREE, SCRUB, Holder, register, register_without
from backoffice.webhooks.models import DeliveryAttempt, RecordedEvent, ShopEvent, WebhookDelivery

_EVENT = {"object_type": "of a thing", "object_id": "the number of a thing", "path": "an address of ours"}


def _find_events(person: DataSubject) -> QuerySet[Any]:
    return ShopEvent.objects.filter(object_id__in=person.references)


def _find_recorded(person: DataSubject) -> QuerySet[Any]:
    return RecordedEvent.objects.filter(object_id__in=person.references)


def _find_attempts(person: DataSubject) -> QuerySet[Any]:
    return DeliveryAttempt.objects.filter(delivery__event__in=person.of(ShopEvent))


register(
    Holder(
        model=ShopEvent,
        holds=_("order events sent to a storefront"),
        find=_find_events,
        fields={"details": FREE},
        plain=_EVENT,
        kept=_("%(period)s, the newest event of each item longer"),
        setting="WEBHOOK_EVENT_DAYS",
    ),
    Holder(
        model=RecordedEvent,
        holds=_("the same events, before they are queued"),
        find=_find_recorded,
        fields={"details": FREE},
        plain=_EVENT,
        kept=_("a few seconds"),
    ),
    Holder(
        model=DeliveryAttempt,
        holds=_("what was sent to a storefront, and its answer"),
        find=_find_attempts,
        fields=dict.fromkeys(("request", "answer", "error"), FREE) | {"url": SCRUB},
        kept="%(period)s",
        setting="WEBHOOK_LOG_DAYS",
    ),
    Holder(
        model=WebhookDelivery,
        holds=_("the outcome of each delivery"),
        fields={"cause": SCRUB},
        plain={"object_key": "the number of a thing"},
        kept="%(period)s",
        setting="WEBHOOK_EVENT_DAYS",
    ),
)
register_without("addresses of storefronts", "webhooks.WebhookEndpoint")
