"""Making goods for others: production orders that a vendor gives us, their labels, files and parcels."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Protocol

from backoffice.vendors.base import Vendor
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.file_messages import Download
from backoffice.vendors.messages import ShipmentReport
from backoffice.vendors.production_messages import LabelReport, ProductionOrderReport, ShipmentToAdd


class GivesProductionOrders(Vendor, Protocol):
    """Gives us goods to make and to ship for others."""

    def list_production_orders(
        self, *, updated_from: date | None = None, created_from: date | None = None
    ) -> Iterator[ProductionOrderReport]:
        """Return those changed or made on that day (UTC) or later, each once; unreadable ones are left out."""

    def production_changes(self, *, since: datetime, position: str = "") -> Iterator[ChangePage[ProductionOrderReport]]:
        """Return all changed since then, a page at a time; `position` is that of an earlier page."""

    def read_production_order(self, vendor_id: str) -> ProductionOrderReport:
        """Return the production order as it is now. Raises VendorNotFound when there is none of that id."""

    def request_generic_label(self, vendor_id: str) -> LabelReport:
        """Have the merchant's system make a label: a write, on the day of dispatch only.

        Raises VendorAmbiguous when it may have been made.
        """

    def add_shipment(self, vendor_id: str, shipment: ShipmentToAdd) -> ShipmentReport:
        """Report a parcel. Twice is a re-shipment, so look at the order before sending again.

        Raises VendorRejected, LabelNotDownloaded where the label has to be downloaded before.
        """

    def download(self, url: str) -> Download:
        """Return a file behind a link of the vendor's, whole; what it holds is not checked. Not for labels.

        Raises UnsafeUrl for a link to any other host, VendorProtocolError for a file that is too large.
        """

    def download_label(self, url: str) -> Download:
        """Return a shipping label: fetching it announces the parcel to the carrier, so it is a write.

        Raises VendorAmbiguous when the parcel may be announced.
        """
