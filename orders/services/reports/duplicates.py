"""A second order at the vendor under one of our references. One stored id is ever submitted, so it should not exist."""

from typing import Any

from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.reports import ReportOutcome, Source
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.messages import RANK, OrderReport, RemoteOrderState
from backoffice.vendors.registry import vendor_title
from orders.models import HoldReason, StrayOrder, StrayState, VendorOrder
from orders.services.holds import active_holds, hold_if_open
from orders.services.push_kinds import discard_draft
from orders.services.reports.matching import Claim
from orders.services.reports.strays import goods_that_differ, note_stray


def keep_second_out(
    report: OrderReport, vendor_order: VendorOrder, *, claim: Claim, source: Source, origin: dict[str, Any]
) -> ReportOutcome:
    """Discard a draft beside the order that we know; a submitted one is an alarm, and left to a person.

    Order and vendor order must be locked. `origin` are the fields of events: actor, callback, push.
    """
    if report.state == RemoteOrderState.CANCELLED:
        return ReportOutcome(CallbackState.KNOWN, vendor_order.order)
    if RANK[report.state] >= RANK[RemoteOrderState.SUBMITTED]:
        if _is_dismissed(report):
            return ReportOutcome(CallbackState.KNOWN, vendor_order.order)
        return _raise_alarm(report, vendor_order, origin)
    # A late callback about a draft that is being discarded already is no reason to do it again.
    if claim == Claim.STRAY or source == "poll":
        discard_draft(vendor_order, report.vendor_id, actor=origin["actor"])
    note = _("A draft that is no longer needed: %s.") % report.vendor_id
    return ReportOutcome(CallbackState.KNOWN, vendor_order.order, note)


def _is_dismissed(report: OrderReport) -> bool:
    """Return whether a person has dismissed it in the list of orders that only a vendor knows."""
    dismissed = StrayOrder.objects.filter(state=StrayState.DISMISSED)
    return dismissed.filter(vendor=report.vendor, vendor_id=report.vendor_id).exists()


def _raise_alarm(report: OrderReport, vendor_order: VendorOrder, origin: dict[str, Any]) -> ReportOutcome:
    """Hold the order, once for each second one: what a person released is not held again by the next report."""
    # A callback that only names the order shows nothing that could be compared.
    differing = goods_that_differ(vendor_order, report) if report.lines else []
    if differing:
        note_stray(report, beside=vendor_order)
    params = {
        "vendor": report.vendor,
        "reference": vendor_order.reference,
        "other": report.vendor_id,
        "ours": vendor_order.vendor_id or "–",
    }
    __, is_new = vendor_order.order.events.get_or_create(
        source_key=f"duplicate:{report.vendor}:{report.vendor_id}",
        defaults={"kind": "vendor.duplicate", "params": params, **origin},
    )
    if not is_new:
        return ReportOutcome(CallbackState.KNOWN, vendor_order.order)
    text = _text(differing, params | {"vendor": vendor_title(report.vendor)}, has_lines=bool(report.lines))
    order, reason = vendor_order.order, HoldReason.SECOND_AT_VENDOR
    # Of a third order the hold says so beside the second: there is one hold for each reason.
    before = active_holds(order).filter(reason=reason).values_list("text", flat=True).first()
    hold_if_open(order, reason=reason, text=join_sentences(before or "", text), actor=origin["actor"])
    return ReportOutcome(CallbackState.APPLIED, vendor_order.order, text)


def _text(differing: list[str], params: dict[str, str], *, has_lines: bool) -> str:
    if differing:  # two that are not alike were sold to two customers: neither must be cancelled
        first = _(
            "%(vendor)s has another order under %(reference)s: %(other)s in addition to ours, %(ours)s. They differ."
        )
        then = _(
            "It may belong to another customer, so cancel neither until you know whose it is. Bring it in or "
            "dismiss it in the list of orders known only to a vendor, then release the hold."
        )
        return join_sentences(first % params, *differing, then)
    if has_lines:
        text = _(
            "%(vendor)s has a second order for %(reference)s: %(other)s in addition to ours, %(ours)s. Both have "
            "the same goods and recipient. Cancel one of them at %(vendor)s immediately, then release the hold."
        )
        return text % params
    text = _(
        "%(vendor)s has a second order for %(reference)s: %(other)s in addition to ours, %(ours)s. Its contents "
        "are not reported. Compare both at %(vendor)s: if they are the same, cancel one immediately; then release "
        "the hold."
    )
    return text % params
