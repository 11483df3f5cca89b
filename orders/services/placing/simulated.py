"""Placing a test order where its vendor has no sandbox: nothing leaves, and the part goes on as if it were taken."""

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import Recovery, push_kind
from backoffice.vendors.abilities import SimulatesOrders
from backoffice.vendors.messages import RemoteOrderState
from orders.models import VendorOrder
from orders.services.placing.discarding import DiscardDrafts
from orders.services.placing.refusals import PlaceHandler
from orders.services.push_kinds import DISCARD, PLACE, VendorOrderHandler
from orders.services.reports.applying import apply_order_report
from orders.services.reports.simulated import simulated_report


@push_kind(PLACE, at=SimulatesOrders)
class SimulatedPlacement(PlaceHandler[SimulatesOrders]):
    """A part of a test order that is noted as submitted."""

    ability = SimulatesOrders

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        """Submit the part, as any other is: not while its order is held, cooling off or to be cancelled."""
        if self.row.submitted_at is None:
            self.ensure_placeable()
            delivery.record(self._submit)

    def _submit(self) -> None:
        row = VendorOrder.objects.select_for_update().get(pk=self.row.pk)
        row.vendor_id = f"test-{row.reference}"
        row.save(update_fields=["vendor_id", "updated_at"])
        apply_order_report(simulated_report(row, RemoteOrderState.SUBMITTED), source="answer", push=self.push)


@push_kind(DISCARD, at=SimulatesOrders)
class SimulatedDiscard(VendorOrderHandler[SimulatesOrders]):
    """A given-up part of a test order, of which nobody has anything."""

    ability = SimulatesOrders
    title = DiscardDrafts.title

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        """Do nothing: there is no draft."""
