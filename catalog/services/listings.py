"""Reading a vendor's whole list of texts or stock, so that pages and tables can show what it holds."""

from itertools import islice

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.catalog_messages import CatalogProblem
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import vendors_with
from catalog.models import ChangeKind, Snapshot, SyncRun
from catalog.models.sync import SyncState
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.snapshots import VendorReading, store_reading
from catalog.services.runs import RunLog, only_one

# Prices come with the catalogue itself.
LISTED = (ChangeKind.SEARCH_TEXTS, ChangeKind.STOCK, ChangeKind.SYNC)
_BATCH = 1000


def accounts_to_read() -> list[tuple[str, str]]:
    """Return (vendor, kind) of all lists that configured vendors have."""
    return [(vendor, kind) for kind in LISTED for vendor in vendors_with(format_of(kind).ability, configured=True)]


def read_listing(vendor: str, *, kind: str) -> SyncRun:
    """Make our readings the vendor's list, forgetting what it does not list any more. Return the finished run.

    A vendor that fails leaves the run failed, and what was read until then stays. Raises SyncRunning.
    """
    with only_one(vendor, kind=kind):
        log = RunLog(vendor, kind=kind, options={"covers": "all"})
        change_format, start = format_of(kind), timezone.now()
        try:
            data = change_format.read(get_vendor(vendor, change_format.ability, lane=Lane.CATALOG))
            while batch := list(islice(data, _BATCH)):
                # A later row of the same SKU wins, as at the vendor.
                reading = VendorReading({row.sku: change_format.current(row) for row in batch}, start)
                with transaction.atomic():
                    store_reading(reading, vendor=vendor, kind=kind, skus=list(reading.values))
                log.progress(seen=log.run.seen + len(batch), total=None)
        except VendorError as error:
            log.note(CatalogProblem(text=error.text))
            return log.finish(SyncState.FAILED)
        gone, _by_model = Snapshot.objects.filter(vendor=vendor, kind=kind, read_at__lt=start).delete()
        log.counts["gone"] = gone
        return log.finish(SyncState.DONE)
