"""What became of a step whose outcome is unknown: found and recorded, proved absent, or undecided.

A vendor's filter by reference may be documented by an example only. A server that ignores or blurs it would make
us send again, so a search counts as proof only beside a positive control: the same search must show an order that is
certainly there. Without such an order, everything since the request is paged through without the filter.
"""

from datetime import timedelta

from backoffice.engine.services.handlers import ReconcileResult
from backoffice.vendors.messages import RANK, OrderReport, RemoteOrderState
from orders.models import VendorOrder
from orders.services.placing.draft import DraftHandler
from orders.services.reports.applying import apply_order_report

# The vendor's clock may differ from ours; its date filter knows days only.
_CLOCKS_DIFFER = timedelta(hours=1)


def reconcile_step(placement: DraftHandler) -> ReconcileResult:
    """Find out what became of the step that the push stopped at."""
    step, __, reference = placement.push.step.partition(":")
    if step == "create":
        return _reconcile_draft(placement)
    if not placement.row.vendor_id:
        return ReconcileResult.UNDECIDED
    report = placement.read()
    if step == "submit":
        return _reconcile_submit(placement, report)
    return _reconcile_line(placement, report, reference=reference)


def _reconcile_submit(placement: DraftHandler, report: OrderReport) -> ReconcileResult:
    if report.state == RemoteOrderState.DRAFT:
        return ReconcileResult.ABSENT
    if report.state == RemoteOrderState.UNKNOWN:
        return ReconcileResult.UNDECIDED
    placement.record_state(report)
    # Not DONE: what was submitted is compared with what was agreed before the push is over.
    return ReconcileResult.FOUND


def _reconcile_line(placement: DraftHandler, report: OrderReport, *, reference: str) -> ReconcileResult:
    lines = [line for line in report.lines if line.reference == reference]
    if report.state == RemoteOrderState.DRAFT and not lines:
        return ReconcileResult.ABSENT
    if len(lines) > 1:
        placement.delivery.record(lambda: placement.give_up_draft([reference]))
    else:
        placement.record_state(report)
    return ReconcileResult.FOUND


def _reconcile_draft(placement: DraftHandler) -> ReconcileResult:
    if placement.row.vendor_id:  # a callback or poll has brought it meanwhile
        return ReconcileResult.FOUND
    found = _search(placement)
    if found:
        placement.delivery.record(lambda: _adopt_first(placement, found))
        return ReconcileResult.FOUND
    return ReconcileResult.ABSENT if _is_search_proven(placement) else ReconcileResult.UNDECIDED


def _search(placement: DraftHandler, *, trust_filter: bool = True) -> list[OrderReport]:
    """Return what carries our reference at the vendor and may be adopted; the best first."""
    row = placement.row
    since = (placement.push.created_at - _CLOCKS_DIFFER).date()
    vendor = placement.vendor
    hits = placement.delivery.read(lambda: vendor.find_orders(row.reference, since=since, trust_filter=trust_filter))
    live = [hit for hit in hits if hit.state != RemoteOrderState.CANCELLED and hit.vendor_id not in row.abandoned_ids]
    return sorted(
        live, key=lambda hit: (RANK[hit.state] < RANK[RemoteOrderState.SUBMITTED], len(hit.vendor_id), hit.vendor_id)
    )


def _adopt_first(placement: DraftHandler, found: list[OrderReport]) -> None:
    """Adopt a submitted one, else the oldest draft. The rest is discarded, or an alarm, as any second one."""
    placement.record_created(found[0])
    for other in found[1:]:
        apply_order_report(other, source="answer", push=placement.push)


def _is_search_proven(placement: DraftHandler) -> bool:
    """Return whether the empty search would have shown the draft: by the positive control, else by paging through all.

    Raise VendorError when the vendor does not answer: then nothing is proven.
    """
    control = _control(placement.row)
    if control is not None:
        since = (control.created_at - _CLOCKS_DIFFER).date()
        vendor = placement.vendor
        hits = placement.delivery.read(lambda: vendor.find_orders(control.reference, since=since))
        if any(hit.vendor_id == control.vendor_id for hit in hits):
            return True
    found = _search(placement, trust_filter=False)
    if found:
        placement.delivery.record(lambda: _adopt_first(placement, found))
    return not found


def _control(row: VendorOrder) -> VendorOrder | None:
    """Return the newest order that is certainly at the vendor."""
    known = VendorOrder.objects.filter(vendor=row.vendor, submitted_at__isnull=False).exclude(vendor_id="")
    return known.order_by("-pk").first()
