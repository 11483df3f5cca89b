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


@push_kind(DISCARD)
class DiscardDrafts(VendorOrderHandler):
    """The cancelling of given-up drafts at the vendor. One that was submitted behind our back is an alarm."""

    title = _("Discard abandoned drafts")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        submitted = []
        for vendor_id in delivery.push.payload["ids"]:
            report = delivery.read(partial(delivery.vendor_as(TakesDraftOrders).read_order, vendor_id))
            if report.state in _MAYBE_DRAFT:
                report = _cancel_draft(delivery, vendor_id)
            if report.state != RemoteOrderState.CANCELLED:
                submitted.append(report)
        for report in submitted:
            delivery.record(partial(apply_order_report, report, source="answer", push=delivery.push))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        # Reading and cancelling again is harmless: a draft costs nothing, a cancelled one stays cancelled.
        return ReconcileResult.FOUND


def _cancel_draft(delivery: Delivery, vendor_id: str) -> OrderReport:
    """Cancel the draft; a refusal may mean that somebody was first, so it is read again then."""
    vendor = delivery.vendor_as(TakesDraftOrders)
    try:
        return delivery.write(f"discard:{vendor_id}", lambda: vendor.cancel_order(vendor_id), lambda report: None)
    except VendorRejected:
        report = delivery.read(lambda: vendor.read_order(vendor_id))
        if report.state in _MAYBE_DRAFT:
            raise
        return report
