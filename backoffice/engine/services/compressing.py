"""Finished pushes as a line: what was sent, to whom, when and how it ended stays; what it carried goes.

Nothing that keeps a thing from being done twice reads a payload: the unique keys of a push are its vendor, kind,
subject and generation, and the vendor's id is in the thing that the push is about. What a kind still asks of its old
pushes it names itself (`PushHandler.lasting`).
"""

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import lasting_names

_COMPRESS = """
    UPDATE engine_push AS push SET payload = short.payload, errors = '[]', follow_up = NULL
      FROM (SELECT id, coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(payload) WHERE key = ANY(%s)),
                                '{}')
              FROM engine_push WHERE id = ANY(%s)) AS short (id, payload)
     WHERE push.id = short.id
       AND (push.payload <> short.payload OR push.errors <> '[]' OR push.follow_up IS NOT NULL)
"""


def finished() -> Q:
    """Return which pushes become a line: confirmed ones. A refused one may still be sent again, as it is."""
    return Q(state=PushState.CONFIRMED)


def compress_pushes(rows: QuerySet[Any]) -> int:
    """Take from these pushes what is kept no longer; return how many had any of it."""
    keys = list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_COMPRESS, [lasting_names(), keys])
        return cursor.rowcount
