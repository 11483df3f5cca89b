"""What workers do about drafts by themselves."""

import logging

from celery import shared_task

from orders.drafts.services.clearing import clear_old_drafts

logger = logging.getLogger(__name__)


@shared_task(name="orders.drafts.tasks.clear_drafts")
def clear_drafts() -> None:
    """Delete drafts that nobody goes on with."""
    if cleared := clear_old_drafts():
        logger.info("%s old drafts were deleted.", cleared)
