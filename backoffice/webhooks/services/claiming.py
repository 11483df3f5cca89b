"""Taking what is due: fairly among the endpoints, and never more at one of them than it may have at a time.

A new endpoint gets one try at a time until it has answered; one that is slow or fails gets few, and all of these
together at most half of a worker's: the other half is left to the fast ones whatever the others do.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from backoffice.webhooks.models import ShopEvent, WebhookDelivery, WebhookEndpoint, WebhookState
from backoffice.webhooks.services import alive

# Renewed by its worker every two seconds: ends what one has under way that hangs. One that is gone is noticed at once.
LEASE_SECONDS = 8
# From so many failed tries in a row on, an endpoint is tried by one event at a time.
FAILING = 5
SLOW_MS = 1000
_AT_ONCE_WHILE_SLOW = 2
_ENDPOINTS_AT_ONCE = 100

_TAKE = """
    WITH picked AS MATERIALIZED (
        SELECT d.id FROM unnest(%s::bigint[], %s::int[]) AS w (endpoint_id, most),
               LATERAL (SELECT id FROM webhooks_webhookdelivery
                         WHERE endpoint_id = w.endpoint_id AND state = 'waiting' AND next_at <= statement_timestamp()
                         ORDER BY next_at, id LIMIT w.most FOR UPDATE SKIP LOCKED) d
    ), served AS (
        UPDATE webhooks_webhookendpoint SET served_at = statement_timestamp() WHERE id = ANY (%s)
    )
    UPDATE webhooks_webhookdelivery d
       SET state = 'sending', token = %s, tries = tries + 1,
           lease_until = statement_timestamp() + %s * interval '1 second'
      FROM picked WHERE d.id = picked.id
 RETURNING d.id, d.endpoint_id, d.event_id, d.tries, d.tries_before
"""
_RENEW = """
    UPDATE webhooks_webhookdelivery SET lease_until = statement_timestamp() + %s * interval '1 second'
     WHERE id = ANY (%s) AND token = %s AND state = 'sending'
"""
# Whose lock can be had holds it no more. Shared, so that those who look do not take each other for the worker.
_END_LEASES = """
    WITH workers AS MATERIALIZED (
        SELECT DISTINCT token FROM webhooks_webhookdelivery WHERE state = 'sending'
    ), gone AS MATERIALIZED (
        SELECT token FROM workers WHERE pg_try_advisory_xact_lock_shared(%s, hashtext(token::text))
    )
    UPDATE webhooks_webhookdelivery
       SET state = 'waiting', token = NULL, lease_until = NULL, next_at = statement_timestamp()
     WHERE state = 'sending' AND (lease_until <= statement_timestamp() OR token IN (SELECT token FROM gone))
"""


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that is this worker's, with all that a try needs: nothing is read from the database for it."""

    id: int
    endpoint: WebhookEndpoint
    event: ShopEvent
    tries: int
    tries_before: int

    @property
    def is_first_try(self) -> bool:
        return self.tries - self.tries_before == 1


def is_slow(endpoint: WebhookEndpoint) -> bool:
    """Return whether it must not get the better part of a worker: it fails, answers slowly, or has never answered."""
    has_only_failed = endpoint.last_success_at is None and endpoint.failures > 0
    return endpoint.failures >= FAILING or endpoint.average_ms > SLOW_MS or has_only_failed


def claim_deliveries(*, token: uuid.UUID, free: int, free_for_slow: int) -> list[ClaimedDelivery]:
    """Take what is due, at most `free`, and of slow endpoints at most `free_for_slow`."""
    if free <= 0:
        return []
    with transaction.atomic():
        # Locked, so that no two workers count what is under way at one endpoint at the same time.
        endpoints = list(
            due_endpoints()
            .select_for_update(skip_locked=True)
            .order_by(F("served_at").asc(nulls_first=True), "id")[:_ENDPOINTS_AT_ONCE]
        )
        shares = _share(endpoints, free=free, free_for_slow=free_for_slow)
        if not shares:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [list(shares), list(shares.values()), list(shares), token, LEASE_SECONDS])
            rows = cursor.fetchall()
    return _claimed(rows, {endpoint.pk: endpoint for endpoint in endpoints})


def due_endpoints() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints at which something is due now."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=WebhookState.WAITING, next_at__lte=Now())
    is_tried = Q(retry_at__isnull=True) | Q(retry_at__lte=Now())
    return WebhookEndpoint.objects.filter(is_tried, Exists(due), active=True, removed_at__isnull=True)


def renew_leases(ids: Sequence[int], *, token: uuid.UUID) -> None:
    """Keep what is under way from being taken by others."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE_SECONDS, list(ids), token])


def end_lost_leases() -> int:
    """Let others have what workers left behind that are gone, or hang. Return how many that were."""
    with connection.cursor() as cursor:
        cursor.execute(_END_LEASES, [alive.SPACE])
        return int(cursor.rowcount)


def _share(endpoints: Sequence[WebhookEndpoint], *, free: int, free_for_slow: int) -> dict[int, int]:
    """Return how many of each may be taken; those served longest ago first."""
    under_way = Counter(
        dict(
            WebhookDelivery.objects.filter(state=WebhookState.SENDING, endpoint__in=endpoints)
            .values_list("endpoint")
            .annotate(Count("id"))
        )
    )
    fair, shares = max(1, free // max(1, len(endpoints))), {}
    for endpoint in endpoints:
        slow = is_slow(endpoint)
        room = min(fair, _most_at_once(endpoint) - under_way[endpoint.pk], free, free_for_slow if slow else free)
        if room > 0:
            shares[endpoint.pk] = room
            free -= room
            free_for_slow -= room if slow else 0
    return shares


def _most_at_once(endpoint: WebhookEndpoint) -> int:
    if endpoint.failures >= FAILING or endpoint.last_success_at is None:
        return 1
    most = int(settings.WEBHOOK_ENDPOINT_TRIES)
    return min(_AT_ONCE_WHILE_SLOW, most) if is_slow(endpoint) else most


def _claimed(rows: Sequence[tuple[Any, ...]], endpoints: dict[int, WebhookEndpoint]) -> list[ClaimedDelivery]:
    events = ShopEvent.objects.in_bulk({row[2] for row in rows})
    return [
        ClaimedDelivery(pk, endpoints[endpoint], events[event], tries, before)
        for pk, endpoint, event, tries, before in rows
    ]
