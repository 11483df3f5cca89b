"""The tasks of Celery: arguments are never more than a row's id, and what is due is read from the database."""

import time

from celery import shared_task

from backoffice.engine.services import (
    callbacks,
    file_deletions,
    file_waiting,
    partitions,
    retention,
    sending,
    status_history,
)
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


@shared_task(name="backoffice.engine.tasks.ask_statuses")
def ask_statuses() -> None:
    """Ask vendors how they are doing, and keep what they answered."""
    status_history.ask_statuses()


@shared_task(name="backoffice.engine.tasks.look_after_store")
def look_after_store() -> None:
    """Look whether the store of files takes something, and give it what waits for it."""
    file_waiting.look_after_store()


@shared_task(name="backoffice.engine.tasks.delete_files")
def delete_files() -> None:
    """Delete files that are still to be deleted: those of lost workers, and those that the store refused to delete."""
    file_deletions.delete_due_files(seconds=WORK_SECONDS)


@shared_task(name="backoffice.engine.tasks.keep_partitions")
def keep_partitions() -> None:
    """Make partitions of the months to come, and drop those that are old enough."""
    partitions.keep_partitions()


@shared_task(name="backoffice.engine.tasks.forget_old_rows")
def forget_old_rows() -> None:
    """Remove what is kept no longer, as far as the time of one run goes."""
    retention.forget_old_rows()
