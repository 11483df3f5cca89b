"""The scheduled doors of fulfilment."""

import logging

from celery import shared_task

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.pull_runs import pull_all
from backoffice.engine.services.task_queue import PULL_PRODUCTION_ORDERS
from backoffice.vendors.abilities import HasReferenceData
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import vendors_with
from fulfillment.services import reference
from fulfillment.services.downloads import PRODUCTION_FILES
from fulfillment.services.production_pulling import ProductionPull

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
    pull_all(ProductionPull, task=PULL_PRODUCTION_ORDERS)


@shared_task(name="fulfillment.tasks.download_files")
def download_files() -> None:
    """Download what is due of print files, slips and previews."""
    count = PRODUCTION_FILES.fetch_due()
    if count:
        logger.info("Tried to download %d files.", count)
