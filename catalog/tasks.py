"""The scheduled door of the catalogue."""

import logging

from celery import shared_task

from backoffice.models.push import Lane
from backoffice.services.integrations import configured_vendors, open_vendor
from catalog.services import sync
from catalog.services.runs import SyncRunning

logger = logging.getLogger(__name__)

# 200,000 variants in pages of 15 take half an hour of the vendor's allowance, in two languages an hour.
LONGEST_SECONDS = 3 * 3600


# Acknowledged at once: the broker would hand a run of this length to a second worker. One that is lost is made up
# for by the next, which goes on where it stopped.
@shared_task(
    name="catalog.tasks.sync_catalog",
    acks_late=False,
    reject_on_worker_lost=False,
    soft_time_limit=LONGEST_SECONDS,
    time_limit=LONGEST_SECONDS + 60,
)
def sync_catalog() -> None:
    """Bring in the catalogue of every vendor that has one."""
    for name in configured_vendors():
        source = open_vendor(name, lane=Lane.CATALOG)
        if not hasattr(source, "iter_products"):
            continue
        try:
            run = sync.sync_catalog(source)
        except SyncRunning as error:
            logger.info("%s", error.text)
        else:
            logger.info("Catalogue of %s: %s, %s", name, run.state, run.counts)
