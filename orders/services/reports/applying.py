"""Applying what a vendor reports of an order; how reports are compared is in the engine's `reports.py`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.reports import ReportApplication, ReportOutcome, Source
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import RANK, HistoryEntry, OrderReport, RemoteOrderState
from fulfillment.services.shipments import record_shipments
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderLine, VendorOrderState
from orders.services.cancellation_outcomes import settle_cancellation
from orders.services.holds import hold_if_open
from orders.services.reports.duplicates import keep_second_out
from orders.services.reports.matching import Claim, claim_of, find_vendor_order
from orders.services.search import refresh_search
from orders.services.statuses import derive_statuses

# What only we know of ranks beside the vendor's own: a refusal outlasts the draft it left behind.
_RANKS: dict[str, float] = {state.value: rank for state, rank in RANK.items()}
_RANKS |= {VendorOrderState.PLANNED: 0, VendorOrderState.REFUSED: RANK[RemoteOrderState.DRAFT] + 0.5}
_RANKS |= {VendorOrderState.DROPPED: max(RANK.values()) + 1}
_CAUSE_LINES = 3
# A vendor's time that is off by less is not shown.
_CLOCK_SLACK = timedelta(minutes=1)


def apply_order_report(
    report: OrderReport,
    *,
    source: Source,
    about: VendorOrder | None = None,
    callback: Callback | None = None,
    push: Push | None = None,
    actor: str = "",
) -> ReportOutcome:
    """Take over what the report says and we did not know yet: states, parcels, lateness, the vendor's history.

    An order that carries our reference while our request for it has no response is adopted; one beside the order that
    we know is discarded while it is a draft, and an alarm when it is submitted. `about` is what `find_vendor_order`
    found for it just now, if somebody asked. `actor` is who reports it, where that is not the vendor.
    """
    found = about or find_vendor_order(report)
    if found is None:
        return ReportOutcome(CallbackState.ORPHAN)
    if source == "callback" and is_known(report, found):
        return ReportOutcome(CallbackState.KNOWN, found.order)
    with transaction.atomic():
        order = Order.objects.locked(found.order_id)
        vendor_order = VendorOrder.objects.select_for_update().get(pk=found.pk)
        vendor_order.order = order
        return _Application(report, vendor_order, source=source, callback=callback, push=push, actor=actor).run()


def is_known(report: OrderReport, vendor_order: VendorOrder) -> bool:
    """Return whether exactly this version of our order has been applied."""
    return report.vendor_id == vendor_order.vendor_id and report.version == vendor_order.newest_version


class _Application(ReportApplication):
    """One report on its way into a locked vendor order."""

    report: OrderReport
    row: VendorOrder
    states = VendorOrderState
    ranks = _RANKS
    unknown_word = "vendor.unknown_word"

    @property
    def subject(self) -> Order:
        return self.row.order

    def run(self) -> ReportOutcome:
        match claim_of(self.report, self.row):
            case Claim.BOUND:
                return self.apply()
            case Claim.ADOPTABLE:
                self._adopt()
                return self.apply(changed=True)
            case claim:
                return keep_second_out(self.report, self.row, claim=claim, source=self.source, origin=self.origin)

    def values(self) -> dict[str, Any]:
        report = self.report
        earliest, latest = report.shipping_earliest, report.shipping_latest
        return {"shipping_earliest": earliest, "shipping_latest": latest, "late": report.shipping_late}

    def values_of_state(self) -> dict[str, Any]:
        state = self.report.state
        if RANK[state] < RANK[RemoteOrderState.SUBMITTED] or state == RemoteOrderState.CANCELLED:
            return {}
        return {"submitted_at": self.row.submitted_at or timezone.now()}

    def record_parts(self) -> bool:
        changed = self._record_lines()
        return self._record_shipments() or changed

    def follow(self, before: str, *, changed: bool) -> None:
        state = self.row.state
        if state != before and state == VendorOrderState.CANCELLED:
            self._follow_cancellation()
        elif state != before:
            self.note(f"vendor.{state}")
        if changed:
            derive_statuses(self.subject)

    def event(self, kind: str, params: Mapping[str, Any], **fields: Any) -> OrderEvent:
        return OrderEvent(order=self.subject, kind=kind, params=params, **self.origin, **fields)

    def note(self, kind: str, **params: str) -> None:
        super().note(kind, **self._params(**params))

    def source_key(self, entry: HistoryEntry) -> str:
        return f"{self.report.vendor}:{self.report.vendor_id}:{entry.vendor_id}"

    def history_fields(self, entry: HistoryEntry, *, place: int) -> dict[str, Any]:
        """Include the vendor's own time where the line stands at another: nothing happens to an order before it is
        given to the vendor, whatever a clock that has whole seconds, or is wrong, shows.
        """
        at = max(entry.at, self.row.created_at + timedelta(microseconds=place))
        params = {"text": entry.text, "reference": self.row.reference}
        if at - entry.at > _CLOCK_SLACK:
            params["vendor_time"] = entry.at.isoformat()
        return {"at": at, "params": params}

    def _record_lines(self) -> bool:
        reported = {line.reference: line for line in self.report.lines}
        moved = []
        for row in self.row.lines.all() if reported else ():
            line = reported.get(row.reference)
            if line is None or (row.vendor_id and not self.is_newest):
                continue
            if set_changed(row, {"vendor_id": line.vendor_id, "raw_state": line.raw_state}):
                moved.append(row)
        if moved:
            VendorOrderLine.objects.bulk_update(moved, ["vendor_id", "raw_state"])
        return bool(moved)

    def _record_shipments(self) -> bool:
        if not self.report.shipments:
            return False
        lines = dict(self.row.lines.values_list("reference", "line_id"))
        changes = record_shipments(self.row, self.report.shipments, lines=lines, is_newest=self.is_newest)
        OrderEvent.objects.bulk_create(
            self.event(kind, {"carrier": row.carrier, "tracking_code": row.tracking_code, "url": row.tracking_url})
            for kind, rows in (("shipment.sent", changes.sent), ("shipment.arrived", changes.delivered))
            for row in rows
        )
        if changes.sent:  # customers quote tracking codes
            refresh_search(self.subject)
        return changes.changed

    def _follow_cancellation(self) -> None:
        if self.subject.cancel_requested_at:
            self.note("vendor.cancelled")
            settle_cancellation(self.subject, actor=self.origin["actor"])
            return
        cause = self._cause()
        self.note("vendor.cancelled_unasked", cause=cause)
        text = _(
            "%(vendor)s cancelled %(reference)s: %(cause)s Correct the cause and release the hold: that part is then "
            "placed anew. Or cancel the order."
        )
        text = text % self._params(cause=cause)
        hold_if_open(self.subject, reason=HoldReason.VENDOR_CANCELLED, text=text, actor=self.origin["actor"])

    def _cause(self) -> str:
        """Return the end of the vendor's history: the one place where it says why."""
        entries = sorted(self.report.histories, key=lambda entry: entry.vendor_id)
        texts = [entry.text for entry in entries if not entry.is_bookkeeping]
        return " ".join(texts[-_CAUSE_LINES:])

    def _adopt(self) -> None:
        self.row.vendor_id = self.report.vendor_id
        self.row.save(update_fields=["vendor_id", "updated_at"])
        self.note("vendor.adopted")

    def _params(self, **more: str) -> dict[str, str]:
        row = self.row
        return {"vendor": row.vendor, "reference": row.reference, "vendor_id": row.vendor_id, **more}
