"""Finding everything that is due, whoever forgot to enqueue it. Losing Redis, a task or a worker loses nothing."""

from itertools import zip_longest

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from backoffice.engine.models import Callback
from backoffice.engine.services import epoch
from backoffice.engine.services.claims import claimable
from backoffice.engine.services.sending import end_expired_leases
from backoffice.engine.services.task_queue import DELIVER_PUSH, SWEEP, SWEEP_QUEUE, WORK_CALLBACKS, enqueue
from backoffice.vendors.registry import account_names

# So many tasks for each vendor in one sweep. Where more is due, the next sweep comes as soon as these are taken.
MOST_TASKS = 100


def sweep() -> dict[str, int]:
    """End every lost lease and enqueue what is due, unless workers have not yet taken the tasks of the last sweep:
    enqueued twice, the same rows would only make all others wait. Return the counts.

    Run twice at once, it enqueues twice; a push is claimed once.
    """
    epoch.check_epoch()
    _beat()
    lost = end_expired_leases()
    if tasks_waiting():
        return {"lost": lost, "enqueued": 0, "callbacks": 0}
    enqueued = 0
    for push_id in due_pushes(limit=MOST_TASKS):
        if not enqueue(DELIVER_PUSH, push_id, queue=SWEEP_QUEUE):
            break
        enqueued += 1
    if enqueued >= MOST_TASKS:
        enqueue(SWEEP, queue=SWEEP_QUEUE)
    callbacks = Callback.objects.filter(next_at__lte=Now()).exists()
    if callbacks:
        enqueue(WORK_CALLBACKS, queue=SWEEP_QUEUE)
    return {"lost": lost, "enqueued": enqueued, "callbacks": int(callbacks)}


def due_pushes(*, limit: int) -> list[int]:
    """Return ids of the pushes that can be worked on now, at most `limit` of each vendor, most urgent first. Vendors
    take turns, so that none waits behind what another has piled up.
    """
    due = [
        list(claimable().filter(vendor=vendor).order_by("lane", "next_at").values_list("pk", flat=True)[:limit])
        for vendor in account_names()
    ]
    return [pk for turn in zip_longest(*due) for pk in turn if pk is not None]


def tasks_waiting() -> int:
    """Return how many tasks of sweeps no worker has taken yet; 0 when the broker cannot be asked."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
            return int(broker.llen(SWEEP_QUEUE))
    except RedisError:
        return 0


def _beat() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO engine_heartbeat (name, at) VALUES ('sweep', clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at"
        )
