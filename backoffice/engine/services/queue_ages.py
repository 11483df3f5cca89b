"""How long the oldest work of each queue has been due: by this workers are added and taken away."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Min
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from backoffice.engine.models import Callback
from backoffice.engine.services.claims import claimable
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.task_queue import DEFAULT_QUEUE

TIMEOUT_SECONDS = 1

# Queue -> what says how many seconds its oldest work has been due, 0 where nothing is. Apps above add theirs.
QUEUE_AGES: dict[str, Callable[[], float]] = {}


def age_of(moment: object) -> float:
    """Return the seconds since then, by the database's clock; 0 for None and for what is still to come."""
    return max((database_now() - moment).total_seconds(), 0.0) if moment else 0.0  # type: ignore[operator]


def read_ages() -> dict[str, float]:
    """Return the age of each queue's oldest work that a worker could do now."""
    return {queue: read() for queue, read in QUEUE_AGES.items()}


def read_lengths() -> dict[str, int]:
    """Return how many tasks stand in each queue; empty while Redis does not answer."""
    names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS
        ) as redis:
            pipeline = redis.pipeline(transaction=False)
            for name in names:
                pipeline.llen(name)
            return dict(zip(names, pipeline.execute(), strict=True))
    except RedisError:
        return {}


def _pushes_and_callbacks() -> float:
    push = claimable().order_by("next_at").values_list("next_at", flat=True).first()
    callback = Callback.objects.filter(next_at__lte=Now()).aggregate(oldest=Min("next_at"))["oldest"]
    return max(age_of(push), age_of(callback))


QUEUE_AGES[DEFAULT_QUEUE] = _pushes_and_callbacks
