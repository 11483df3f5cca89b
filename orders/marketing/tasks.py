"""What workers do for exports and campaigns by themselves."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from orders.marketing.services.campaigns import following, overdue
from orders.marketing.services.exports import batches

logger = logging.getLogger(__name__)


@shared_task(name="orders.marketing.tasks.export_orders")
def export_orders() -> None:
    """Gather the orders to export into batches."""
    if made := batches.gather_exports():
        logger.info("%s batches of orders to tell were made.", made)


@shared_task(name="orders.marketing.tasks.follow_campaigns")
def follow_campaigns() -> None:
    """Ask how cards, their payments and what recipients buy stand, one run at a time."""
    if not cache.add("follow-campaigns", True, timeout=settings.CELERY_TASK_TIME_LIMIT):
        return
    try:
        logger.info("%s", following.follow_campaigns())
        if stalled := overdue.move_stalled_campaigns():
            logger.warning("%d campaigns that nothing moved need a person now.", stalled)
    finally:
        cache.delete("follow-campaigns")
