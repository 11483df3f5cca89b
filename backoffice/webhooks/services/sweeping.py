"""What is looked after now and then: lost leases, what is too old, what got stuck, old exchanges."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.text.translatable import gettext as _
from backoffice.webhooks.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.services.claiming import FAILING, due_endpoints, end_lost_leases
from backoffice.webhooks.services.finishing import promote
from backoffice.webhooks.services.gate import add_alone
from backoffice.webhooks.services.mails import queue_endpoint_mails

_BATCH = 2000
_UNTRIED = (WebhookState.QUEUED, WebhookState.WAITING)
# Nothing should ever be found by it, so it is not often looked: what is queued waits for one before it.
_STUCK = """
    SELECT DISTINCT q.endpoint_id, q.object_key FROM webhooks_webhookdelivery q
     WHERE q.state = 'queued' AND NOT EXISTS (
           SELECT 1 FROM webhooks_webhookdelivery d
            WHERE d.endpoint_id = q.endpoint_id AND d.object_key = q.object_key AND d.state IN ('waiting', 'sending'))
     LIMIT 1000
"""


def sweep() -> bool:
    """Bring in order what nobody else does. Return whether anything is to be delivered now."""
    end_lost_leases()
    while give_up_removed() or give_up_old():
        pass
    queue_endpoint_mails()
    return is_anything_due()


def is_anything_due() -> bool:
    """Return whether there is something to deliver now, or to bring into the stream."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM webhooks_recordedevent)")
        (is_recorded,) = cursor.fetchone() or (False,)
    return bool(is_recorded) or due_endpoints().exists()


def give_up_old() -> int:
    """Give up what has waited for its three days at an endpoint that takes nothing, and of which most never had a
    try: while it fails, one event is tried for all. Return how many, at most a batch.
    """
    hours = settings.WEBHOOK_RETRY_HOURS
    latest = timezone.now() - timedelta(hours=hours)
    failing = WebhookEndpoint.objects.filter(failures__gte=FAILING, failing_since__lte=latest)
    old = WebhookDelivery.objects.filter(endpoint__in=failing, begun_at__lte=latest, state__in=_UNTRIED)
    return _give_up(old, cause=_("The endpoint accepted nothing for %(hours)g hours.") % {"hours": hours})


def give_up_removed() -> int:
    """Give up what waits for endpoints that were removed. Return how many, at most a batch."""
    removed = WebhookEndpoint.objects.filter(removed_at__isnull=False)
    waiting = WebhookDelivery.objects.filter(endpoint__in=removed, state__in=_UNTRIED)
    return _give_up(waiting, cause=_("The endpoint was removed."))


@transaction.atomic
def _give_up(rows: QuerySet[WebhookDelivery], *, cause: str) -> int:
    if not rows.exists():
        return 0
    add_alone()
    some = list(rows.order_by("pk").values_list("pk", "endpoint_id", "object_key")[:_BATCH])
    given_up = WebhookDelivery.objects.filter(pk__in=[pk for pk, _endpoint, _key in some], state__in=_UNTRIED)
    given_up.update(state=WebhookState.FAILED, cause=cause, finished_at=Now())
    _promote_without_head({(endpoint, key) for _pk, endpoint, key in some})
    return len(some)


@transaction.atomic
def move_up_stuck() -> int:
    """Let go what is queued behind nothing. Return how many things that were."""
    with connection.cursor() as cursor:
        cursor.execute(_STUCK)
        found = cursor.fetchall()
        if not found:
            return 0
        add_alone()
        cursor.execute(_STUCK)
        promote(cursor.fetchall())
    return len(found)


def clear_old_exchanges() -> int:
    """Delete the exchanges of tries that are older than WEBHOOK_LOG_DAYS. Return how many."""
    before, total = timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS), 0
    while True:
        some = list(DeliveryAttempt.objects.filter(started_at__lt=before).values_list("pk", flat=True)[:_BATCH])
        if not some:
            return total
        total += DeliveryAttempt.objects.filter(pk__in=some)._raw_delete("default")


def _promote_without_head(things: set[tuple[int, str]]) -> None:
    head = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        object_key=OuterRef("object_key"),
        state__in=[WebhookState.WAITING, WebhookState.SENDING],
    )
    queued = WebhookDelivery.objects.filter(
        ~Exists(head),
        state=WebhookState.QUEUED,
        endpoint__in={endpoint for endpoint, _key in things},
        object_key__in={key for _endpoint, key in things},
    )
    promote(sorted(set(queued.values_list("endpoint_id", "object_key")) & things))
