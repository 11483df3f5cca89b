"""Sending events again, whatever became of them before, and trying at once what waits.

What is sent again keeps its id, and counts its tries on: no storefront takes it for something new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from backoffice.decisions import note_decision
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.models.delivery import OPEN_DELIVERIES
from backoffice.webhooks.services.gate import add_alone
from backoffice.webhooks.services.recording import notify_dispatchers
from backoffice.webhooks.services.stream import events_for, place_before

# Events of one transaction, and of one request.
_CHUNK = 2000
MOST_REPLAYED = 20_000

_ADD = """
    INSERT INTO webhooks_webhookdelivery
           (endpoint_id, event_id, object_key, state, is_replay, requested_by, tries, tries_before)
    SELECT %(endpoint)s, event_id, object_key,
           CASE WHEN place = 1 AND NOT EXISTS (
                    SELECT 1 FROM webhooks_webhookdelivery d
                     WHERE d.endpoint_id = %(endpoint)s AND d.object_key = w.object_key
                       AND d.state IN ('waiting', 'sending'))
                THEN 'waiting' ELSE 'queued' END, true, %(actor)s, tries, tries
      FROM (SELECT e.id AS event_id, e.object_type || ':' || e.object_id AS object_key,
                   row_number() OVER (PARTITION BY e.object_type, e.object_id ORDER BY e.id) AS place,
                   coalesce((SELECT max(d.tries) FROM webhooks_webhookdelivery d
                              WHERE d.event_id = e.id AND d.endpoint_id = %(endpoint)s), 0) AS tries
              FROM webhooks_shopevent e
             WHERE e.id = ANY (%(events)s)
               AND NOT EXISTS (SELECT 1 FROM webhooks_webhookdelivery d
                                WHERE d.event_id = e.id AND d.endpoint_id = %(endpoint)s
                                  AND d.state IN ('queued', 'waiting', 'sending'))) w
     ORDER BY event_id
"""


@dataclass(frozen=True)
class Replay:
    """How many events are sent again, and the last of them; `is_complete` is false where there are more."""

    count: int
    last: ShopEvent | None
    is_complete: bool


def replay_events(endpoint: WebhookEndpoint, ids: Sequence[int], *, actor: str) -> Replay:
    """Send these events again, whatever the endpoint's topics. Raise InvalidInput, naming those its shop has not."""
    known = set(events_for(endpoint.shop_id).filter(pk__in=ids).values_list("pk", flat=True))
    if missing := [pk for pk in ids if pk not in known]:
        text = _("The shop has no event %(id)s.") % {"id": ShopEvent(pk=missing[0]).public_id}
        raise InvalidInput(text, errors={"events": [text]})
    return _replay(endpoint, events_for(endpoint.shop_id).filter(pk__in=ids), actor=actor)


def replay_since(
    endpoint: WebhookEndpoint,
    since: datetime,
    *,
    actor: str,
    until: datetime | None = None,
    after: int = 0,
    only_failed: bool = False,
) -> Replay:
    """Send all events of the endpoint's topics again that happened since then (and before `until`), delivered ones
    too unless `only_failed`. Beyond MOST_REPLAYED the rest is for another request, `after` the last of this one.
    """
    before = place_before(since)
    events = events_for(endpoint.shop_id).filter(created_at__gte=since, pk__gt=max(after, before))
    if until is not None:
        events = events.filter(created_at__lt=until)
    if endpoint.topics:
        events = events.filter(topic__in=endpoint.topics)
    if only_failed:
        failed = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.FAILED).values("event")
        done = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.DELIVERED).values("event")
        events = events.filter(pk__in=failed).exclude(pk__in=done)
    return _replay(endpoint, events, actor=actor)


def try_now(endpoint: WebhookEndpoint) -> None:
    """Try at once what waits for its next try at the endpoint."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(retry_at=None)
    later = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING, next_at__gt=Now())
    later.update(next_at=Now())
    notify_dispatchers()


def _replay(endpoint: WebhookEndpoint, events: QuerySet[ShopEvent], *, actor: str) -> Replay:
    if endpoint.removed_at is not None or not endpoint.active:
        raise IllegalTransition(_("The endpoint is switched off."))
    count, last = 0, 0
    while count < MOST_REPLAYED:
        some = list(events.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_CHUNK])
        if not some:
            break
        _add(endpoint, some, actor=actor)
        count, last = count + len(some), some[-1]
    if count:
        note_decision(endpoint, _("Events sent again"), count=count)
    try_now(endpoint)
    is_complete = count < MOST_REPLAYED or not events.filter(pk__gt=last).exists()
    return Replay(count, ShopEvent.objects.filter(pk=last).first(), is_complete)


@transaction.atomic
def _add(endpoint: WebhookEndpoint, events: Sequence[int], *, actor: str) -> None:
    """Add a delivery for each; where one is on its way already, that one serves."""
    add_alone()
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"endpoint": endpoint.pk, "events": list(events), "actor": actor})
    open_ones = WebhookDelivery.objects.filter(endpoint=endpoint, event__in=events, state__in=OPEN_DELIVERIES)
    open_ones.update(begun_at=Now())
