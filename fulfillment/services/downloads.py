"""Print files, slips and previews, behind the vendor's protected links. Labels: `labels.py`."""

from collections.abc import Collection
from typing import ClassVar

from backoffice.engine.models.push import Lane
from backoffice.engine.services.fetching import Fetching
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.task_queue import enqueue_on_commit
from backoffice.files.types import JPEG, PDF, PNG
from backoffice.vendors.abilities import GivesProductionOrders
from fulfillment.models import ProductionFile, ProductionFileKind, ProductionOrder

MAX_BYTES = 25 * 1024 * 1024
FOLDER = "fulfillment"
DOWNLOAD_FILES = "fulfillment.tasks.download_files"
PRINTABLE = (PDF, PNG, JPEG)


class _ProductionFiles(Fetching[ProductionFile]):
    """Quick tries; then a person is notified, and it is tried every hour while its order is to do."""

    model = ProductionFile
    folder = FOLDER
    max_bytes = MAX_BYTES
    backoff = (5, 30, 120)
    every_seconds = 3600
    flag = "needs_attention"
    afresh: ClassVar = {"attempts": 0, "needs_attention": False}

    def fetch_due(self, *, limit: int = 50) -> int:
        """Do so, after giving up what failed of orders that have ended: there is nothing left to print it for."""
        failed = ProductionFile.objects.filter(needs_attention=True)
        failed.filter(production_order__in=ProductionOrder.objects.ended()).update(next_at=None, needs_attention=False)
        return super().fetch_due(limit=limit)

    def get(self, row: ProductionFile) -> bytes:
        vendor = get_vendor(row.production_order.vendor, GivesProductionOrders, lane=Lane.READS)
        return vendor.download(row.url).content

    def accepts(self, row: ProductionFile) -> Collection[str]:
        return PRINTABLE if row.kind == ProductionFileKind.PREVIEW else (PDF,)


PRODUCTION_FILES = _ProductionFiles()


def try_file_again(file: ProductionFile) -> None:
    """Have a file downloaded now that could not be had. Raises IllegalTransition for one that we have or must not get.

    Of an order that has ended it is tried a few times, not every hour.
    """
    file.can_try().ensure()
    PRODUCTION_FILES.try_again(file)
    enqueue_on_commit(DOWNLOAD_FILES)
