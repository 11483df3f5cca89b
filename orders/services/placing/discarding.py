"""Drafts that are given up: never submitted, never adopted, and cancelled at the vendor."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from orders.services.push_kinds import DISCARD, VendorOrderHandler
from orders.services.reports.applying import apply_order_report

_MAYBE_DRAFT = (RemoteOrderState.DRAFT, RemoteOrderState.UNKNOWN)
_GONE = (404, 410)


@push_kind(DISCARD)
class DiscardDrafts(VendorOrderHandler[TakesDraftOrders]):
    """The cancelling of given-up drafts at the vendor. One that was submitted behind our back is an alarm."""

    title = _("Discard abandoned drafts")
    ability = TakesDraftOrders

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        found = [self._discard(vendor_id) for vendor_id in delivery.push.payload["ids"]]
        for report in found:
            if report is not None and report.state != RemoteOrderState.CANCELLED:
                delivery.record(partial(apply_order_report, report, source="answer", push=delivery.push))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        # Reading and cancelling again is harmless: a draft costs nothing, a cancelled one stays cancelled.
        return ReconcileResult.FOUND

    def _discard(self, vendor_id: str) -> OrderReport | None:
        """Cancel it while it is a draft. Return what it is then, None where the vendor does not have it any more."""
        report = self._read(vendor_id)
        if report is None or report.state not in _MAYBE_DRAFT:
            return report
        cancel = partial(self.vendor.cancel_order, vendor_id)
        try:
            return self.delivery.write(f"discard:{vendor_id}", cancel, lambda report: None)
        except VendorRejected:
            # Another may have been first: what it is now decides.
            report = self._read(vendor_id)
            if report is not None and report.state in _MAYBE_DRAFT:
                raise
            return report

    def _read(self, vendor_id: str) -> OrderReport | None:
        try:
            with self.patient_with_new():
                return self.delivery.read(partial(self.vendor.read_order, vendor_id))
        except VendorRejected as error:
            if error.status not in _GONE:
                raise
            return None
