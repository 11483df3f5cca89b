"""Production orders, labels and parcels at mypromo, in our words. Mixed into `MyPromoFulfiller`."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import ShipmentReport
from backoffice.vendors.mypromo import production_schemas
from backoffice.vendors.mypromo.changes import read_changes
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.files import FilesAbility
from backoffice.vendors.mypromo.paging import decode_readable, none_found, read_rows
from backoffice.vendors.mypromo.production_reports import label_report, parcel_report, production_report
from backoffice.vendors.production_messages import LabelNotDownloaded, LabelReport, ProductionOrderReport, ShipmentToAdd

ORDERS_PER_PAGE = 15


class ProductionAbility(FilesAbility, GivesProductionOrders):
    """Raises VendorError."""

    client: MypromoClient

    def list_production_orders(
        self, *, updated_from: date | None = None, created_from: date | None = None
    ) -> Iterator[ProductionOrderReport]:
        days = {"updated_from": updated_from, "created_from": created_from}
        params = {name: day.isoformat() for name, day in days.items() if day}
        get = none_found(self.client.production_orders_page)
        return self._readable(read_rows(get, params, per_page=ORDERS_PER_PAGE, whole=False))

    def production_changes(self, *, since: datetime, position: str = "") -> Iterator[ChangePage[ProductionOrderReport]]:
        get = none_found(self.client.production_orders_page)
        return read_changes(get, self._readable, since=since, position=position, per_page=ORDERS_PER_PAGE)

    def _readable(self, rows: Iterable[msgspec.Raw]) -> Iterator[ProductionOrderReport]:
        for order in decode_readable(rows, production_schemas.ProductionOrderSchema):
            yield production_report(order, vendor=self.name)

    def read_production_order(self, vendor_id: str) -> ProductionOrderReport:
        return production_report(self.client.production_order(vendor_id), vendor=self.name)

    def request_generic_label(self, vendor_id: str) -> LabelReport:
        return label_report(self.client.generic_label(vendor_id))

    def add_shipment(self, vendor_id: str, shipment: ShipmentToAdd) -> ShipmentReport:
        payload = _shipment_payload(shipment)
        try:
            return parcel_report(self.client.add_shipment(vendor_id, payload))
        except VendorRejected as error:
            if _misses_label(error):
                raise LabelNotDownloaded(error.text, errors=error.errors, status=error.status) from error
            if not _misses_tracking_id(error):
                raise
        # The document says "tracking_code", the SDK sends "tracking_id"; a 422 is certain not to have acted.
        payload["tracking_id"] = shipment.tracking_code
        return parcel_report(self.client.add_shipment(vendor_id, payload))


def _misses_label(error: VendorRejected) -> bool:
    """Look for "Please download label before creating a shipment for it.", of the document's examples of a 400."""
    return error.status == 400 and "download label" in error.text.lower()


def _misses_tracking_id(error: VendorRejected) -> bool:
    return error.status == 422 and any(one.field == "tracking_id" for one in error.errors)


def _shipment_payload(shipment: ShipmentToAdd) -> dict[str, Any]:
    sizes = {name: getattr(shipment, name) for name in ("height", "width", "depth", "weight")}
    items = [{"id": _number(line.vendor_id), "quantity": line.quantity} for line in shipment.lines]
    return {
        "carrier": shipment.carrier.lower(),
        "tracking_code": shipment.tracking_code,
        **{name: size for name, size in sizes.items() if size is not None},
        **({"production_order_items": items} if items else {}),
        "force": shipment.force,
    }


def _number(vendor_id: str) -> int | str:
    """Return an id as their JSON has it, a number."""
    return int(vendor_id) if vendor_id.isascii() and vendor_id.isdigit() else vendor_id
