"""The tasks of Celery: arguments are never more than a row's id, and what is due is read from the database."""

import time

from celery import shared_task

from backoffice.engine.services import callbacks, sending
from backoffice.engine.services import sweep as sweeping

WORK_SECONDS = 60


@shared_task(name="backoffice.engine.tasks.deliver_push")
def deliver_push(push_id: int) -> None:
    """Work on one push as far as it goes now."""
    sending.deliver(push_id)


@shared_task(name="backoffice.engine.tasks.work_callbacks")
def work_callbacks() -> None:
    """Work off due callbacks until there are none, or for a minute; the sweep enqueues the rest."""
    deadline = time.monotonic() + WORK_SECONDS
    while callbacks.work_due_callbacks() and time.monotonic() < deadline:
        pass


@shared_task(name="backoffice.engine.tasks.sweep")
def sweep() -> None:
    """Find and enqueue all that is due."""
    sweeping.sweep()
