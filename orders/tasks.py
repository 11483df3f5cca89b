"""The doors of orders for Celery."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from backoffice.services.bell import PULL_ORDERS
from backoffice.services.pull_runs import pull_all
from backoffice.services.pulling import forget_old_drift
from orders.services import lateness, stock, unavailable
from orders.services.campaigns import following, overdue
from orders.services.exports import batches
from orders.services.reports.pulling import OrderPull
from orders.services.rules import jobs, running

logger = logging.getLogger(__name__)


@shared_task(name="orders.tasks.pull_orders")
def pull_orders() -> None:
    """Ask every vendor what changed, one run at a time, and at once again where that was not all; then do what time
    alone changes, or the catalogue.
    """
    pull_all(OrderPull, bell=PULL_ORDERS, afterwards=_follow_time)


def _follow_time() -> None:
    forget_old_drift()
    lateness.mark_late_orders()
    lateness.close_silent_orders()
    unavailable.hold_unmakeable_orders()
    stock.settle_stock()


RULE_SECONDS = 60


@shared_task(name="orders.tasks.run_rules")
def run_rules() -> None:
    """Run the rules at what waits for them, until nothing does or for a minute; then what is on a schedule."""
    deadline = time.monotonic() + RULE_SECONDS
    while running.work_waiting_events() and time.monotonic() < deadline:
        pass
    jobs.open_due_slots()
    jobs.end_endless_jobs()
    jobs.work_jobs()


@shared_task(name="orders.tasks.tell_orders")
def tell_orders() -> None:
    """Gather the orders of which vendors are to be told into batches."""
    if made := batches.gather_exports():
        logger.info("%s batches of orders to tell were made.", made)


@shared_task(name="orders.tasks.follow_campaigns")
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
