"""Reporting a parcel to the vendor, once: a second report like it would count as a re-shipment.

An unknown outcome is settled by reading the production order and looking for our carrier and tracking code; the
reading shows the whole order, so a parcel that is missing from it is certainly not there.
"""

from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Postponed, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.errors import VendorError, VendorRejected
from backoffice.vendors.messages import ShipmentReport
from backoffice.vendors.production_messages import LabelNotDownloaded, LineToShip, ShipmentToAdd
from fulfillment.models import ParcelState, ProductionShipment
from fulfillment.services.labels import give_back_label
from fulfillment.services.production_handler import ProductionHandler
from fulfillment.services.production_parcels import bind_parcel, derive_dispatch, is_same_parcel, note_parcel
from fulfillment.services.production_reports import apply_production_report

ADD_SHIPMENT = "fulfillment.add_shipment"
# How long a parcel waits before it asks again whether the one before it is through.
TURN_SECONDS = 2
_STEP = "add"


@push_kind(ADD_SHIPMENT)
class ParcelReport(ProductionHandler):
    """The report of a parcel; twice would be a re-shipment."""

    title = gettext_lazy("Report the parcel")
    model = ProductionShipment

    def doubtful_step(self, push: Push) -> str:
        return _STEP

    def if_sent_again(self, push: Push) -> list[str]:
        return [_("The production order is checked first: an existing parcel is not reported again.")]

    def deliver(self, delivery: Delivery) -> None:
        """Report the parcel. Raises Withdrawn when it was taken back, Postponed while an older one waits."""
        parcel = _parcel_of(delivery.push)
        if parcel.vendor_id:
            return
        if parcel.state == ParcelState.WITHDRAWN:
            raise Withdrawn(_("The parcel was withdrawn."))
        _wait_for_turn(parcel)
        if delivery.push.generation > 1 and _find(delivery, parcel):
            return
        order_id, shipment = parcel.production_order.vendor_id, _shipment(delivery.push.payload)
        add = partial(delivery.vendor_as(GivesProductionOrders).add_shipment, order_id, shipment)
        try:
            delivery.write(_STEP, add, partial(_record, delivery.push))
        except VendorRejected:
            # A report that was taken for lost may have come through late: then this refusal confirms it.
            if not _find(delivery, parcel):
                raise

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Return whether the production order shows our parcel."""
        parcel = _parcel_of(delivery.push)
        return ReconcileResult.DONE if parcel.vendor_id or _find(delivery, parcel) else ReconcileResult.ABSENT

    def rejected(self, push: Push, error: VendorError) -> None:
        """Give back the pieces of a parcel that the vendor refused."""
        parcel = ProductionShipment.objects.select_related("production_order", "label").get(pk=push.subject_id)
        parcel.state = ParcelState.REFUSED
        parcel.save(update_fields=["state", "updated_at"])
        if isinstance(error, LabelNotDownloaded) and parcel.label is not None:
            give_back_label(parcel.label, push=push)
        derive_dispatch(parcel.production_order)
        note_parcel(parcel, "parcel.refused", actor=f"vendor:{push.vendor}", push=push, cause=error.text)

    def assume_done(self, push: Push) -> None:
        """Count the parcel as reported; the next reading gives it its number."""
        parcel = ProductionShipment.objects.get(pk=push.subject_id)
        parcel.state, parcel.reported_at = ParcelState.REPORTED, parcel.reported_at or timezone.now()
        parcel.save(update_fields=["state", "reported_at", "updated_at"])


def _parcel_of(push: Push, *, locked: bool = False) -> ProductionShipment:
    rows = ProductionShipment.objects.select_related("production_order")
    return (rows.select_for_update(of=("self",)) if locked else rows).get(pk=push.subject_id)


def _wait_for_turn(parcel: ProductionShipment) -> None:
    """Postpone while an older parcel of the order waits: what remains and which labels are used depends on it."""
    older = ProductionShipment.objects.filter(
        production_order=parcel.production_order_id, state=ParcelState.WAITING, pk__lt=parcel.pk
    )
    if older.exists():
        raise Postponed(_("An older parcel of this order must be reported first."), seconds=TURN_SECONDS)


def _find(delivery: Delivery, parcel: ProductionShipment) -> bool:
    """Read the production order. Return whether our parcel is in it, which is then recorded."""
    order = parcel.production_order
    vendor = delivery.vendor_as(GivesProductionOrders)
    report = delivery.read(lambda: vendor.read_production_order(order.vendor_id))
    held = set(order.shipments.exclude(vendor_id="").values_list("vendor_id", flat=True))
    ours = [shown for shown in report.shipments if shown.vendor_id not in held and is_same_parcel(parcel, shown)]

    def apply() -> None:
        if ours:
            _record(delivery.push, ours[0])
        apply_production_report(report, source="answer", push=delivery.push)

    delivery.record(apply, step="" if ours else None)
    return bool(ours)


def _record(push: Push, report: ShipmentReport) -> None:
    parcel = _parcel_of(push, locked=True)
    bind_parcel(parcel, report, origin={"actor": parcel.made_by, "push": push, "callback": None})
    derive_dispatch(parcel.production_order)


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
