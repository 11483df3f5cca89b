"""Registers the kind of mail about endpoints, and how long what is due to them has been waiting."""

from django.db.models import Min, Q
from django.db.models.functions import Now

from backoffice.engine.services.queue_ages import QUEUE_AGES, age_of
from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE
from backoffice.webhooks.models import WebhookDelivery
from backoffice.webhooks.models.delivery import WebhookState
from backoffice.webhooks.services import mails

__all__ = ["mails"]


def _age() -> float:
    may_be_tried = Q(endpoint__retry_at__isnull=True) | Q(endpoint__retry_at__lte=Now())
    due = WebhookDelivery.objects.filter(
        may_be_tried, state=WebhookState.WAITING, next_at__lte=Now(), endpoint__active=True, endpoint__removed_at=None
    )
    return age_of(due.aggregate(oldest=Min("next_at"))["oldest"])


QUEUE_AGES[WEBHOOKS_QUEUE] = _age
