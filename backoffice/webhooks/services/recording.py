"""Recording that something happened, in the transaction in which it happens: one insert, whoever listens."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit

DELIVER_WEBHOOKS = "backoffice.webhooks.tasks.deliver_webhooks"

# Among an event's details, with "true": it is about a test.
TEST = "test"

_INSERT = "INSERT INTO webhooks_recordedevent (shop_id, topic, object_type, object_id, path, details) VALUES "
_ROW = "(%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened to which thing. Without a shop it is every shop's. `path` is below the root of the API."""

    shop_id: int | None
    topic: str
    object_type: str
    object_id: str
    path: str
    details: Mapping[str, str] = field(default_factory=dict)


def record_events(events: Sequence[NewEvent]) -> None:
    """Record events; they are told to storefronts once the transaction is committed, and never if it is not.

    Of one thing they are told in the order in which they are recorded as long as those who change it take turns,
    which whoever locks or updates its row first does. By hand: each order that comes in pays for it.
    """
    if not events:
        return
    values: list[str | int | None] = []
    for event in events:
        values += [event.shop_id, event.topic, event.object_type, event.object_id, event.path]
        values.append(json.dumps(event.details))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT + ", ".join([_ROW] * len(events)), values)
    notify_dispatchers()


def notify_dispatchers() -> None:
    """Have somebody look for what is to be delivered, once this transaction is committed."""
    enqueue_soon_on_commit(DELIVER_WEBHOOKS, queue=WEBHOOKS_QUEUE)
