"""Telling the vendor of a parcel, once: a second report like it would count as a re-shipment.

An unknown outcome is settled by reading the production order and looking for our carrier and tracking code; the
reading shows the whole order, so a parcel that is missing from it is certainly not there.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backoffice.models import Push
from backoffice.services.claims import Delivery, Postponed, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.translatable import gettext as _
from backoffice.vendors.errors import VendorError, VendorRejected
from backoffice.vendors.messages import ShipmentReport
from backoffice.vendors.production_messages import (
    LabelNotDownloaded,
    LineToShip,
    ProductionOrderReport,
    ShipmentToAdd,
)
from fulfillment.models import ParcelState, ProductionEvent, ProductionShipment
from fulfillment.services.labels import give_back_label
from fulfillment.services.production_parcels import bind_parcel, derive_dispatch, is_same_parcel
from fulfillment.services.production_reports import apply_production_report

ADD_SHIPMENT = "fulfillment.add_shipment"
# How long a parcel waits before it asks again whether the one before it is through.
TURN_SECONDS = 2
_STEP = "add"


class ParcelReport:
    """One delivery of one parcel."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.vendor = delivery.vendor
        parcels = ProductionShipment.objects.select_related("production_order")
        self.parcel = parcels.get(pk=delivery.push.subject_id)

    def run(self) -> None:
        """The vendor has the parcel. Raises Withdrawn when it was taken back, Postponed while an older one waits."""
        if self.parcel.vendor_id:
            return
        if self.parcel.state == ParcelState.WITHDRAWN:
            raise Withdrawn(_("The parcel was withdrawn."))
        self._wait_for_turn()
        if self.delivery.push.generation > 1 and self._find():
            return
        order_id, shipment = self.parcel.production_order.vendor_id, _shipment(self.delivery.push.payload)
        try:
            self.delivery.write(_STEP, lambda: self.vendor.add_shipment(order_id, shipment), self._record)
        except VendorRejected:
            # A report that was taken for lost may have come through late: then this refusal is its echo.
            if not self._find():
                raise

    def look(self) -> Finding:
        """Whether the production order shows our parcel."""
        return Finding.DONE if self.parcel.vendor_id or self._find() else Finding.ABSENT

    def _wait_for_turn(self) -> None:
        """An older parcel of the order goes first: what remains, and which labels are used, depends on it."""
        older = ProductionShipment.objects.filter(
            production_order=self.parcel.production_order_id, state=ParcelState.WAITING, pk__lt=self.parcel.pk
        )
        if older.exists():
            raise Postponed(_("An older parcel of this order goes first."), seconds=TURN_SECONDS)

    def _find(self) -> bool:
        """Read the production order; answers whether our parcel is in it, and records it then."""
        order_id = self.parcel.production_order.vendor_id
        report = self.delivery.read(lambda: self.vendor.read_production_order(order_id))
        held = set(self.parcel.production_order.shipments.exclude(vendor_id="").values_list("vendor_id", flat=True))
        ours = [
            shown for shown in report.shipments if shown.vendor_id not in held and is_same_parcel(self.parcel, shown)
        ]
        self.delivery.record(self._applying(report, ours), step="" if ours else None)
        return bool(ours)

    def _applying(self, report: ProductionOrderReport, ours: list[ShipmentReport]) -> Callable[[], None]:
        def apply() -> None:
            if ours:
                self._record(ours[0])
            apply_production_report(report, source="answer", push=self.delivery.push)

        return apply

    def _record(self, report: ShipmentReport) -> None:
        rows = ProductionShipment.objects.select_for_update(of=("self",)).select_related("production_order")
        self.parcel = rows.get(pk=self.parcel.pk)
        origin = {"actor": self.parcel.made_by, "push": self.delivery.push, "callback": None}
        bind_parcel(self.parcel, report, origin=origin)
        derive_dispatch(self.parcel.production_order)


def refuse_parcel(push: Push, error: VendorError) -> None:
    """The vendor refused: the parcel is not shipped for it, and its pieces remain."""
    parcel = ProductionShipment.objects.select_related("production_order", "label").get(pk=push.subject_id)
    parcel.state = ParcelState.REFUSED
    parcel.save(update_fields=["state", "updated_at"])
    if isinstance(error, LabelNotDownloaded) and parcel.label is not None:
        give_back_label(parcel.label, push=push)
    derive_dispatch(parcel.production_order)
    params = {"carrier": parcel.carrier, "tracking_code": parcel.tracking_code, "cause": error.text}
    ProductionEvent.objects.create(
        production_order=parcel.production_order,
        actor=f"vendor:{push.vendor}",
        kind="parcel.refused",
        params=params,
        push=push,
    )


def suppose_reported(push: Push) -> None:
    """A person says that the vendor has it; the next reading gives it its number."""
    parcel = ProductionShipment.objects.get(pk=push.subject_id)
    parcel.state, parcel.reported_at = ParcelState.REPORTED, parcel.reported_at or timezone.now()
    parcel.save(update_fields=["state", "reported_at", "updated_at"])


def _shipment(payload: dict[str, Any]) -> ShipmentToAdd:
    height, width, depth, weight = (None if size is None else Decimal(size) for size in payload["sizes"])
    return ShipmentToAdd(
        carrier=payload["carrier"],
        tracking_code=payload["tracking_code"],
        height=height,
        width=width,
        depth=depth,
        weight=weight,
        lines=tuple(LineToShip(vendor_id=vendor_id, quantity=quantity) for vendor_id, quantity in payload["lines"]),
        force=payload["force"],
    )
