"""Whose report is it: from a vendor's report of an order to the vendor order that it is about."""

import re
from enum import StrEnum

from backoffice.engine.models import Push
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from orders.models import VendorOrder, VendorOrderState
from orders.services.push_kinds import PLACE

# A reference is begun anew a few times at most; this bounds the search among its forms.
_MOST_GENERATIONS = 30
_GENERATION = re.compile(r"-g\d+$")


class Claim(StrEnum):
    """How an order at the vendor stands to ours."""

    BOUND = "bound"  # the one whose id we know
    ADOPTABLE = "adoptable"  # ours, made by a request whose response we do not have
    GIVEN_UP = "given_up"  # ours once, abandoned
    STRAY = "stray"  # carries our reference beside the one that we know


def find_vendor_order(report: OrderReport) -> VendorOrder | None:
    """Find it by the vendor's id, else by our reference in any generation. Not locked; None: nothing of ours."""
    rows = VendorOrder.objects.filter(vendor=report.vendor).select_related("order")
    found = rows.filter(vendor_id=report.vendor_id).first() if report.vendor_id else None
    if found is not None or not report.reference:
        return found
    first = _GENERATION.sub("", report.reference)
    later = [f"{first}-g{generation}" for generation in range(2, _MOST_GENERATIONS + 1)]
    return rows.filter(reference__in=[first, *later]).first()


def is_taken(row: VendorOrder, *, vendor_id: str) -> bool:
    """Return whether the vendor gave that id to another order of ours before: then it says nothing."""
    others = VendorOrder.objects.filter(vendor=row.vendor, vendor_id=vendor_id).exclude(pk=row.pk)
    return bool(vendor_id) and others.exists()


def claim_of(report: OrderReport, vendor_order: VendorOrder) -> Claim:
    """Return how the reported order stands to the vendor order it was found for; the row should be locked."""
    if report.vendor_id == vendor_order.vendor_id:
        return Claim.BOUND
    if report.vendor_id in vendor_order.abandoned_ids:
        return Claim.GIVEN_UP
    is_free = not vendor_order.vendor_id and report.reference == vendor_order.reference
    is_free = is_free and vendor_order.state != VendorOrderState.DROPPED
    if is_free and report.state != RemoteOrderState.CANCELLED and _expects_one(vendor_order):
        return Claim.ADOPTABLE
    return Claim.STRAY


def _expects_one(vendor_order: VendorOrder) -> bool:
    """Return whether one of our requests has made, or may have made, an order that we do not know the id of."""
    if vendor_order.state == VendorOrderState.UNKNOWN or vendor_order.submitted_at is not None:
        return True
    return Push.objects.about(vendor_order).open().filter(kind=PLACE).exists()
