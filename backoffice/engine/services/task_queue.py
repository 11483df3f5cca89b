"""Enqueues work for Celery. A task that never arrives loses nothing: the sweep finds every due row."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# The doors, by name: they import the services, so the services know no more of them than this.
DELIVER_PUSH = "backoffice.engine.tasks.deliver_push"
WORK_CALLBACKS = "backoffice.engine.tasks.work_callbacks"
RUN_RULES = "orders.rules.tasks.run_rules"
SWEEP = "backoffice.engine.tasks.sweep"
WORK_JOB = "backoffice.jobs.tasks.work_job"
PULL_ORDERS = "orders.tasks.pull_orders"
PULL_PRODUCTION_ORDERS = "fulfillment.tasks.pull_production_orders"

# The sweep's tasks have a queue of their own, from which workers take in turn with the first: what waits for its second
# try is not put behind everything that is new, and the sweep can tell when its last tasks were taken.
DEFAULT_QUEUE, SWEEP_QUEUE = "celery", "swept"
# Jobs have one too: each makes thousands of pushes, and would stand behind its own.
JOBS_QUEUE = "jobs"
# And webhooks, each task of which waits for storefronts as long as a minute.
WEBHOOKS_QUEUE = "webhooks"

# Callbacks come in bursts: one task this late serves all that arrive until then.
DEBOUNCE_SECONDS = 0.2
_last_enqueued: dict[str, float] = {}

# A broker that cannot be reached may cost each attempt a time-out, which callers need not pay every time.
UNREACHABLE_SECONDS = 5
_unreachable_until = 0.0


def enqueue_on_commit(task: str, *args: int) -> None:
    """Enqueue the task when the transaction is committed (at once outside of one)."""
    transaction.on_commit(lambda: enqueue(task, *args), robust=True)


def enqueue(task: str, *args: int, delay: float = 0, queue: str = DEFAULT_QUEUE) -> bool:
    """Enqueue at once, or after `delay` seconds. Return False when the broker cannot be reached."""
    global _unreachable_until
    if time.monotonic() < _unreachable_until:
        return False
    try:
        current_app.send_task(task, args=args, countdown=delay or None, queue=queue, retry=False)
    except (OperationalError, OSError) as error:
        _unreachable_until = time.monotonic() + UNREACHABLE_SECONDS
        text = "The task %s could not be enqueued (%s), nor is any for %d s; the sweep will find all."
        logger.warning(text, task, error, UNREACHABLE_SECONDS)
        return False
    return True


def enqueue_soon(task: str, *, queue: str = DEFAULT_QUEUE) -> None:
    """Enqueue a task that finds its work itself: at most once in DEBOUNCE_SECONDS, run after what came meanwhile."""
    now = time.monotonic()
    if now - _last_enqueued.get(task, -DEBOUNCE_SECONDS) < DEBOUNCE_SECONDS:
        return
    _last_enqueued[task] = now
    enqueue(task, delay=DEBOUNCE_SECONDS + 0.05, queue=queue)


def enqueue_soon_on_commit(task: str, *, queue: str = DEFAULT_QUEUE) -> None:
    """Enqueue as `enqueue_soon` does, when the transaction is committed (at once outside of one)."""
    transaction.on_commit(lambda: enqueue_soon(task, queue=queue), robust=True)
