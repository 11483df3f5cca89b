"""How much waits at endpoints, counted no further than anybody reads."""

from collections.abc import Sequence

from django.db import connection

COUNTED = 1000

_COUNT = """
    SELECT e.id, (SELECT count(*) FROM (SELECT 1 FROM webhooks_webhookdelivery d
                                         WHERE d.endpoint_id = e.id AND d.state IN ('waiting', 'queued') LIMIT %s) w)
      FROM unnest(%s::bigint[]) AS e (id)
"""


def count_waiting(endpoints: Sequence[int]) -> dict[int, int]:
    """Return for each endpoint how many deliveries wait, at most COUNTED. One query."""
    if not endpoints:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [COUNTED, list(endpoints)])
        return dict(cursor.fetchall())


def show_count(count: int) -> str:
    """Return the count as pages show it."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)
