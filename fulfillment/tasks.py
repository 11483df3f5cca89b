"""The scheduled doors of fulfilment."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from backoffice.models.push import Lane
from backoffice.services.bell import PULL_PRODUCTION_ORDERS, ring_now
from backoffice.services.integrations import get_vendor
from backoffice.vendors.abilities import GivesProductionOrders, HasReferenceData
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import vendors_with
from fulfillment.services import downloads, production_pulling, reference

logger = logging.getLogger(__name__)


@shared_task(name="fulfillment.tasks.sync_reference")
def sync_reference() -> None:
    """Bring in the reference data of every vendor that has some."""
    for name in vendors_with(HasReferenceData, configured=True):
        try:
            counts = reference.sync_reference(get_vendor(name, HasReferenceData, lane=Lane.CATALOG))
        except VendorError as error:
            logger.warning("The reference data of %s could not be read: %s", name, error.text)
        else:
            logger.info("Reference data of %s: %s", name, dict(counts))


@shared_task(name="fulfillment.tasks.pull_production_orders")
def pull_production_orders() -> None:
    """Ask every marketplace what there is to make, one run at a time, and at once again where that was not all."""
    if not cache.add("pull-production-orders", True, timeout=settings.CELERY_TASK_TIME_LIMIT):
        return
    is_complete = True
    try:
        for vendor in vendors_with(GivesProductionOrders, configured=True):
            result = production_pulling.pull_production_orders(vendor, seconds=production_pulling.RUN_SECONDS)
            logger.info("%s", result)
            is_complete &= result.is_complete
            if result.missed:
                logger.warning("Production orders that no callback brought: %s", ", ".join(result.missed[:50]))
    finally:
        cache.delete("pull-production-orders")
    if not is_complete:
        ring_now(PULL_PRODUCTION_ORDERS)


@shared_task(name="fulfillment.tasks.download_files")
def download_files() -> None:
    """Download what is due of print files, slips and previews."""
    count = downloads.download_due_files()
    if count:
        logger.info("Tried to download %d files.", count)
