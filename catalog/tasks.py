"""The doors of the catalogue for Celery."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.errors import DomainError
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import HasCatalogue
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import vendors_with
from catalog.models import ChangeSet, TableImport
from catalog.services import overdue, ratings
from catalog.services.change_sets.checking import check_change_set
from catalog.services.custom_pictures import PICTURES
from catalog.services.listings import accounts_to_read, read_listing
from catalog.services.pushing import jobs, starting
from catalog.services.runs import SyncRunning
from catalog.services.sync import reading
from catalog.services.tables.importing import read_import

logger = logging.getLogger(__name__)

# 200,000 variants in pages of 15 take half an hour of the vendor's allowance, in two languages an hour.
LONGEST_SECONDS = 3 * 3600
# Acknowledged at once: the broker would hand a run of this length to a second worker. One that is lost is made up
# for by the next, which goes on where it stopped.
_LONG: dict[str, Any] = {
    "acks_late": False,
    "reject_on_worker_lost": False,
    "soft_time_limit": LONGEST_SECONDS,
    "time_limit": LONGEST_SECONDS + 60,
}


@contextmanager
def _unless_running() -> Iterator[None]:
    """Leave it to a run that is at work already."""
    try:
        yield
    except SyncRunning as error:
        logger.info("%s", error.text)


@shared_task(name="catalog.tasks.sync_catalog", **_LONG)
def sync_catalog() -> None:
    """Bring in the catalogue of every vendor that has one."""
    for name in vendors_with(HasCatalogue, configured=True):
        with _unless_running():
            run = reading.sync_catalog(get_vendor(name, HasCatalogue, lane=Lane.CATALOG))
            logger.info("Catalogue of %s: %s, %s", name, run.state, run.counts)


@shared_task(name="catalog.tasks.follow_change_sets")
def follow_change_sets() -> None:
    """Push what is scheduled for now, ask for the batches whose time has come, and end what is overdue."""
    starting.push_due_change_sets()
    jobs.poll_due_jobs()
    if ended := {name: count for name, count in overdue.end_overdue().items() if count}:
        logger.warning("Ended, since nothing went on with them: %s", ended)


@shared_task(name="catalog.tasks.check_changes")
def check_changes(change_set_id: int, actor: str) -> None:
    """Check a change set in the background; why it could not be done stands in its timeline."""
    change_set = ChangeSet.objects.get(pk=change_set_id)
    try:
        check_change_set(change_set, actor=actor)
    except (VendorError, DomainError) as error:
        change_set.note("changeset.unchecked", actor=actor, error=error.text)
    except Exception as error:
        change_set.note("changeset.unchecked", actor=actor, error=_why(error))
        raise


def _why(error: Exception) -> str:
    if isinstance(error, SoftTimeLimitExceeded):
        return _("It took too long and was stopped. Compare again; the vendor may be slow right now.")
    return _("An internal error stopped it; see the worker log for details.")


@shared_task(
    name=overdue.READ_TABLE,
    soft_time_limit=overdue.LONGEST_READING_SECONDS,
    time_limit=overdue.LONGEST_READING_SECONDS + 30,
)
def read_table(table_id: int) -> None:
    """Read an uploaded table and compare it; how far it is stands in its row."""
    read_import(TableImport.objects.get(pk=table_id))


@shared_task(name="catalog.tasks.read_listings", **_LONG)
def read_listings() -> None:
    """Read what every configured vendor holds of texts and stock."""
    for vendor, kind in accounts_to_read():
        with _unless_running():
            run = read_listing(vendor, kind=kind)
            logger.info("%s of %s: %s, %s read", kind, vendor, run.state, run.seen)


@shared_task(name="catalog.tasks.read_ratings", **_LONG)
def read_ratings() -> None:
    """Read published ratings, as many as one run may; nothing where no key is set."""
    if not ratings.rating_sources():
        return
    with _unless_running():
        run = ratings.read_ratings()
        logger.info("Ratings: %s read, %s keys failed", run.ratings, run.errors)


@shared_task(name="catalog.tasks.fetch_pictures")
def fetch_pictures() -> None:
    """Fetch the pictures of custom products that are due."""
    PICTURES.fetch_due()
