"""Drafts that are given up: never submitted, never adopted, and cancelled at the vendor."""

from functools import partial

from backoffice.services.claims import Delivery
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import OrderReport, OrderState

_MAYBE_DRAFT = (OrderState.DRAFT, OrderState.UNKNOWN)


def cancel_drafts(delivery: Delivery) -> list[OrderReport]:
    """Cancel the given-up drafts that the push names. Answers those that turn out to be no drafts any more."""
    submitted = []
    for vendor_id in delivery.push.payload["ids"]:
        report = delivery.read(partial(delivery.vendor_as(TakesDraftOrders).read_order, vendor_id))
        if report.state in _MAYBE_DRAFT:
            report = _cancel_draft(delivery, vendor_id)
        if report.state != OrderState.CANCELLED:
            submitted.append(report)
    return submitted


def _cancel_draft(delivery: Delivery, vendor_id: str) -> OrderReport:
    """A refusal may mean that somebody was first, so the vendor is asked what became of it."""
    vendor = delivery.vendor_as(TakesDraftOrders)
    try:
        return delivery.write(f"discard:{vendor_id}", lambda: vendor.cancel_order(vendor_id), lambda report: None)
    except VendorRejected:
        report = delivery.read(lambda: vendor.read_order(vendor_id))
        if report.state in _MAYBE_DRAFT:
            raise
        return report
