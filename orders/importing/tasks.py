"""What workers do for imports of orders."""

import logging

from celery import shared_task

from backoffice.engine.services.task_queue import JOBS_QUEUE, enqueue
from orders.importing.services.keeping import READ_IMPORT, clear_old_imports, find_forgotten, read_and_check

logger = logging.getLogger(__name__)


@shared_task(name=READ_IMPORT)
def read_import(pk: int) -> None:
    """Read one table."""
    read_and_check(pk)


@shared_task(name="orders.importing.tasks.keep_imports")
def keep_imports() -> None:
    """Read tables whose worker was lost, and delete old ones."""
    for pk in find_forgotten():
        enqueue(READ_IMPORT, pk, queue=JOBS_QUEUE)
    if cleared := clear_old_imports():
        logger.info("%s old imports of orders were deleted.", cleared)
