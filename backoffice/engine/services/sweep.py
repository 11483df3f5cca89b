"""Finds everything that is due, whoever forgot to ring for it. Losing Redis, a bell or a worker loses nothing."""

from itertools import zip_longest

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from backoffice.engine.models import Callback
from backoffice.engine.services import epoch
from backoffice.engine.services.claimable import claimable
from backoffice.engine.services.delivery import end_expired_leases
from backoffice.engine.services.task_queue import DELIVER_PUSH, SWEEP, SWEEP_QUEUE, WORK_CALLBACKS, enqueue
from backoffice.vendors.registry import vendor_names

# So many bells for each vendor in one sweep. Where more is due, the next sweep comes as soon as these are heard.
MOST_BELLS = 100


def sweep() -> dict[str, int]:
    """Every lost lease has been ended, and what is due been rung for, unless workers have not yet heard the last bells:
    ringing again for the same rows would only make all others wait. Return the counts.

    Run twice at once, it rings twice; a push is claimed once.
    """
    epoch.reconcile()
    _beat()
    lost = end_expired_leases()
    if tasks_waiting():
        return {"lost": lost, "rung": 0, "callbacks": 0}
    rung = 0
    for push_id in due_pushes(limit=MOST_BELLS):
        if not enqueue(DELIVER_PUSH, push_id, queue=SWEEP_QUEUE):
            break
        rung += 1
    if rung >= MOST_BELLS:
        enqueue(SWEEP, queue=SWEEP_QUEUE)
    callbacks = Callback.objects.filter(next_at__lte=Now()).exists()
    if callbacks:
        enqueue(WORK_CALLBACKS, queue=SWEEP_QUEUE)
    return {"lost": lost, "rung": rung, "callbacks": int(callbacks)}


def due_pushes(*, limit: int) -> list[int]:
    """Ids of the pushes that can be worked on now, at most `limit` of each vendor, most urgent first; the vendors take
    turns, so that none waits behind what another has piled up.
    """
    due = [
        list(claimable().filter(vendor=vendor).order_by("lane", "next_at").values_list("pk", flat=True)[:limit])
        for vendor in vendor_names()
    ]
    return [pk for turn in zip_longest(*due) for pk in turn if pk is not None]


def tasks_waiting() -> int:
    """How many bells of sweeps no worker has heard yet; 0 when the broker cannot be asked."""
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
