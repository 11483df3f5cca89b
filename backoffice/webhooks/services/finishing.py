"""Ending tries: what was delivered lets the next event of its thing go, what was not is tried again or given up."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from backoffice.masking import mask
from backoffice.vendors.bodies import storable
from backoffice.vendors.responses import readable
from backoffice.webhooks.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.services.claiming import FAILING
from backoffice.webhooks.services.gate import end_together
from backoffice.webhooks.services.outcomes import Tried

# Characters of an answer, and of an address, that are kept.
MOST_KEPT = 2000
# Seconds for which an endpoint is left alone that fails again and again; the last one repeats.
_PAUSES = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
# How much of what is usual the newest answer makes up.
_NEWEST = 0.2

# Nothing is changed where the lease was lost: somebody else has it now, or has ended it.
_END = """
    UPDATE webhooks_webhookdelivery d
       SET state = CASE WHEN r.delivered THEN 'delivered' WHEN r.is_last THEN 'failed' ELSE 'waiting' END,
           finished_at = CASE WHEN r.delivered OR r.is_last THEN statement_timestamp() END,
           next_at = statement_timestamp() + r.wait * interval '1 second', status = r.status, cause = r.cause,
           token = NULL, lease_until = NULL
      FROM (SELECT u.*, o.begun_at <= statement_timestamp() - %s * interval '1 hour' AS is_last
              FROM unnest(%s::bigint[], %s::boolean[], %s::float8[], %s::int[], %s::text[])
                   AS u (id, delivered, wait, status, cause)
              JOIN webhooks_webhookdelivery o ON o.id = u.id) r
     WHERE d.id = r.id AND d.state = 'sending' AND d.token = %s
 RETURNING d.endpoint_id, d.object_key, d.state
"""
_PROMOTE = """
    UPDATE webhooks_webhookdelivery SET state = 'waiting', next_at = statement_timestamp()
     WHERE id IN (SELECT (SELECT q.id FROM webhooks_webhookdelivery q
                           WHERE q.endpoint_id = k.endpoint_id AND q.object_key = k.object_key AND q.state = 'queued'
                           ORDER BY q.id LIMIT 1)
                    FROM unnest(%s::bigint[], %s::text[]) AS k (endpoint_id, object_key))
"""
_NOTE_SUCCESS = """
    UPDATE webhooks_webhookendpoint p
       SET average_ms = CASE WHEN last_success_at IS NULL THEN r.ms ELSE average_ms + %s * (r.ms - average_ms) END,
           last_success_at = statement_timestamp(), failures = 0, failing_since = NULL, retry_at = NULL,
           needs_attention = false
      FROM unnest(%s::bigint[], %s::float8[]) AS r (id, ms) WHERE p.id = r.id
"""
_FAILURE = ("failures", "failing_since", "retry_at", "last_failure_at", "last_failure", "needs_attention")


def finish_tries(tries: Sequence[Tried], *, token: uuid.UUID) -> None:
    """Record what came of these tries, let what waited behind them go, and note how their endpoints are doing."""
    if not tries:
        return
    with transaction.atomic():
        end_together()
        ended = _end(tries, token=token)
        promote([(endpoint, key) for endpoint, key, _state in ended])
        DeliveryAttempt.objects.bulk_create(_attempt(one) for one in tries)
        _note_health(tries)
        _note_given_up({endpoint for endpoint, _key, state in ended if state == WebhookState.FAILED})


def promote(ended: Sequence[tuple[int, str]]) -> None:
    """Let the next go of each (endpoint, thing) of which one has just ended."""
    if ended:
        with connection.cursor() as cursor:
            cursor.execute(_PROMOTE, [[endpoint for endpoint, _key in ended], [key for _endpoint, key in ended]])


def _end(tries: Sequence[Tried], *, token: uuid.UUID) -> list[tuple[int, str, str]]:
    """Return endpoint, thing and state of each that has ended."""
    cause = WebhookDelivery._meta.get_field("cause")
    values: list[Any] = [
        settings.WEBHOOK_RETRY_HOURS,
        [one.claimed.id for one in tries],
        [one.is_delivered for one in tries],
        [one.wait() for one in tries],
        [one.posted.status for one in tries],
        [cause.get_prep_value(one.cause()) for one in tries],
        token,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_END, values)
        ended = cursor.fetchall()
    return [(endpoint, key, state) for endpoint, key, state in ended if state != WebhookState.WAITING]


def _attempt(tried: Tried) -> DeliveryAttempt:
    answer = readable(storable(tried.posted.body), most=MOST_KEPT)
    return DeliveryAttempt(
        delivery_id=tried.claimed.id,
        number=tried.claimed.tries,
        started_at=tried.started_at,
        duration_ms=tried.duration_ms,
        url=mask(tried.claimed.endpoint.url),
        request=tried.sent,
        status=tried.posted.status,
        answer=mask(answer),
        error=tried.cause(),
    )


def _note_health(tries: Sequence[Tried]) -> None:
    """Note it of each endpoint. One that has taken anything meanwhile is alive."""
    by_endpoint: dict[int, list[Tried]] = defaultdict(list)
    for tried in tries:
        by_endpoint[tried.claimed.endpoint.pk].append(tried)
    # In the order of their keys: of two workers one waits for the other, and not both.
    rows = WebhookEndpoint.objects.select_for_update().defer("secrets").filter(pk__in=by_endpoint).order_by("pk")
    alive: dict[int, float] = {}
    for endpoint in rows:
        some = by_endpoint[endpoint.pk]
        if times := [tried.duration_ms for tried in some if tried.is_delivered]:
            alive[endpoint.pk] = sum(times) / len(times)
        elif failed := [tried for tried in some if tried.says_endpoint_fails]:
            _note_failure(endpoint, failed)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_SUCCESS, [_NEWEST, list(alive), list(alive.values())])
    _note_asked_waits(tries)


def _note_failure(endpoint: WebhookEndpoint, failed: Sequence[Tried]) -> None:
    now = timezone.now()
    endpoint.failures += len(failed)
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.last_failure_at, endpoint.last_failure = now, failed[-1].cause()
    if endpoint.failures >= FAILING:
        pause = _PAUSES[min(endpoint.failures - FAILING, len(_PAUSES) - 1)]
        endpoint.retry_at = now + timedelta(seconds=pause)
        silent = timedelta(minutes=settings.WEBHOOK_ALARM_MINUTES)
        is_silent = now - endpoint.failing_since >= silent
        # One that was switched off or removed while this was under way needs nobody.
        endpoint.needs_attention = endpoint.needs_attention or (endpoint.active and is_silent)
    endpoint.save(update_fields=_FAILURE)


def _note_given_up(endpoints: Collection[int]) -> None:
    """Have somebody look at endpoints that have taken nothing all the time that an event was tried: where few events
    happen, their failures may never be enough to count as those of an endpoint that fails.
    """
    if endpoints:
        since = timezone.now() - timedelta(minutes=settings.WEBHOOK_ALARM_MINUTES)
        silent = WebhookEndpoint.objects.filter(pk__in=endpoints, active=True, failing_since__lte=since)
        silent.update(needs_attention=True)


def _note_asked_waits(tries: Sequence[Tried]) -> None:
    """Leave an endpoint alone as long as it asks: "too many requests" is meant of all of them."""
    for tried in tries:
        seconds = tried.asked_wait() if tried.posted.status in (429, 503) else 0
        if seconds:
            until = timezone.now() + timedelta(seconds=seconds)
            same = WebhookEndpoint.objects.filter(pk=tried.claimed.endpoint.pk)
            same.update(retry_at=Greatest("retry_at", Value(until)))
