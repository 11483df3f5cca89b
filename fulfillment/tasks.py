"""The scheduled doors of fulfilment."""

import logging

from celery import shared_task

from backoffice.models.push import Lane
from backoffice.services.integrations import configured_vendors, open_vendor
from backoffice.vendors.errors import VendorError
from fulfillment.services import reference

logger = logging.getLogger(__name__)


@shared_task(name="fulfillment.tasks.sync_reference")
def sync_reference() -> None:
    """Bring in the reference data of every vendor that has some."""
    for name in configured_vendors():
        source = open_vendor(name, lane=Lane.CATALOG)
        if not hasattr(source, "countries"):
            continue
        try:
            counts = reference.sync_reference(source)
        except VendorError as error:
            logger.warning("The reference data of %s could not be read: %s", name, error.text)
        else:
            logger.info("Reference data of %s: %s", name, dict(counts))
