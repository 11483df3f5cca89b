"""Bringing recorded events into the stream, and to the endpoints that want them.

A row's id is given when it is inserted, not when it is committed: who reads a table by its ids and remembers the last
one misses what is committed late with a smaller id. So what callers write has no readers, and one process at a time
moves what is committed into the stream. Its rows get their ids there, under a lock that ends after its commit: whoever
sees an event sees all before it, and what has been read up to stays complete. Transaction ids would do without the
move, but begin anew when a database is restored into another server, while cursors of storefronts live on.
"""

from typing import Any

from django.db import connection, transaction

from backoffice.engine.services.epoch import notice_restore
from backoffice.webhooks.services.gate import add_alone

BATCH = 500

# Of one thing there may be several in a batch, and rows of it in the stream already.
_MOVE = """
    WITH taken AS (
        DELETE FROM webhooks_recordedevent
         WHERE id IN (SELECT id FROM webhooks_recordedevent ORDER BY id LIMIT %s) RETURNING *
    ), numbered AS (
        SELECT *, row_number() OVER (PARTITION BY object_type, object_id ORDER BY id) AS place FROM taken
    )
    INSERT INTO webhooks_shopevent (shop_id, topic, object_type, object_id, path, details, created_at, version)
    SELECT shop_id, topic, object_type, object_id, path, details, created_at,
           place + coalesce((SELECT max(e.version) FROM webhooks_shopevent e
                              WHERE e.object_type = n.object_type AND e.object_id = n.object_id), 0)
      FROM numbered n ORDER BY id
    RETURNING id
"""
# The first of a thing that nothing of it is open before may go; all others of it are queued.
_FAN_OUT = """
    INSERT INTO webhooks_webhookdelivery (endpoint_id, event_id, object_key, state)
    SELECT endpoint_id, event_id, object_key,
           CASE WHEN place = 1 AND NOT EXISTS (
                    SELECT 1 FROM webhooks_webhookdelivery d
                     WHERE d.endpoint_id = w.endpoint_id AND d.object_key = w.object_key
                       AND d.state IN ('waiting', 'sending'))
                THEN 'waiting' ELSE 'queued' END
      FROM (SELECT p.id AS endpoint_id, e.id AS event_id, e.object_type || ':' || e.object_id AS object_key,
                   row_number() OVER (PARTITION BY p.id, e.object_type, e.object_id ORDER BY e.id) AS place
              FROM webhooks_shopevent e
              JOIN webhooks_webhookendpoint p
                ON (e.shop_id = p.shop_id OR e.shop_id IS NULL) AND p.active AND p.removed_at IS NULL
               AND (p.topics = '{}' OR e.topic = ANY (p.topics))
             WHERE e.id = ANY (%s)) w
     ORDER BY event_id, endpoint_id
"""
# One event for one endpoint, whatever its topics.
FAN_OUT_ONE = """
    INSERT INTO webhooks_webhookdelivery (endpoint_id, event_id, object_key, state, requested_by)
    SELECT %(endpoint)s, e.id, e.object_type || ':' || e.object_id,
           CASE WHEN NOT EXISTS (
                    SELECT 1 FROM webhooks_webhookdelivery d
                     WHERE d.endpoint_id = %(endpoint)s AND d.object_key = e.object_type || ':' || e.object_id
                       AND d.state IN ('waiting', 'sending'))
                THEN 'waiting' ELSE 'queued' END, %(actor)s
      FROM webhooks_shopevent e WHERE e.id = %(event)s
"""


def sequence_events() -> int:
    """Move all that is recorded and committed into the stream. Return how many events that were."""
    total = 0
    while moved := _sequence_some():
        total += moved
        if moved < BATCH:
            break
    return total


def _sequence_some() -> int:
    with connection.cursor() as cursor:
        # Nearly always there is nothing, and then nobody need be kept waiting.
        cursor.execute("SELECT 1 FROM webhooks_recordedevent LIMIT 1")
        if cursor.fetchone() is None:
            return 0
    # An older state of the database would give out ids that storefronts have read past.
    notice_restore()
    with transaction.atomic(), connection.cursor() as cursor:
        add_alone()
        cursor.execute(_MOVE, [BATCH])
        moved: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute(_FAN_OUT, [[pk for (pk,) in moved]])
    return len(moved)
