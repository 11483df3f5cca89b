"""Print files, slips and previews, behind the vendor's protected links. Labels: `labels.py`."""

from collections.abc import Collection

from backoffice.engine.models.push import Lane
from backoffice.engine.services.fetching import Fetching
from backoffice.engine.services.integrations import get_vendor
from backoffice.files.types import JPEG, PDF, PNG
from backoffice.vendors.abilities import GivesProductionOrders
from fulfillment.models import ProductionFile, ProductionFileKind

MAX_BYTES = 25 * 1024 * 1024
FOLDER = "fulfillment"
PRINTABLE = (PDF, PNG, JPEG)


class _ProductionFiles(Fetching[ProductionFile]):
    """Quick tries; then a person is notified, and it is tried every hour."""

    model = ProductionFile
    folder = FOLDER
    max_bytes = MAX_BYTES
    backoff = (5, 30, 120)
    every_seconds = 3600
    flag = "needs_attention"

    def get(self, row: ProductionFile) -> bytes:
        vendor = get_vendor(row.production_order.vendor, GivesProductionOrders, lane=Lane.READS)
        return vendor.download(row.url).content

    def accepts(self, row: ProductionFile) -> Collection[str]:
        return PRINTABLE if row.kind == ProductionFileKind.PREVIEW else (PDF,)


PRODUCTION_FILES = _ProductionFiles()
