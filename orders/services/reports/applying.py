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
from backoffice.text.translatable import join_sentences
from backoffice.vendors.messages import RANK, HistoryEntry, LineReport, OrderReport, RemoteOrderState
from backoffice.vendors.registry import vendor_title
from fulfillment.services.shipments import has_new_parcels, record_shipments
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderLine, VendorOrderState
from orders.services.cancellation_outcomes import settle_cancellation
from orders.services.erasing import forget_reported, last_event
from orders.services.file_states import files_due_at, merge_files
from orders.services.holds import hold_if_open
from orders.services.push_kinds import is_taken_back
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
        newest = last_event(order) if order.keeps_no_copy else 0
        outcome = _Application(report, vendor_order, source=source, callback=callback, push=push, actor=actor).run()
        if order.keeps_no_copy:
            forget_reported(order, after=newest)
        return outcome


def is_known(report: OrderReport, vendor_order: VendorOrder) -> bool:
    """Return whether exactly this version of our order has been applied, with all of its parcels: a new parcel need
    not change the version.
    """
    if report.vendor_id != vendor_order.vendor_id or report.version != vendor_order.newest_version:
        return False
    return not has_new_parcels(vendor_order, report.shipments)


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

    def apply(self, *, changed: bool = False) -> ReportOutcome:
        self._merge_lines()
        return super().apply(changed=changed)

    def values(self) -> dict[str, Any]:
        report = self.report
        earliest, latest = report.shipping_earliest, report.shipping_latest
        return {"shipping_earliest": earliest, "shipping_latest": latest, "late": report.shipping_late}

    def values_of_state(self) -> dict[str, Any]:
        state = self.report.state
        if RANK[state] < RANK[RemoteOrderState.SUBMITTED] or state == RemoteOrderState.CANCELLED:
            return {}
        return {"submitted_at": self.row.submitted_at or timezone.now()}

    def values_of_parts(self) -> dict[str, Any]:
        report = self.report
        documents = merge_files(
            self.row.document_states, report.documents, at=report.version.updated_at, is_newest=self.is_newest
        )
        if not report.lines:  # it says nothing of files
            return {"document_states": documents}
        files = [*documents, *(file for line in self.lines for file in line.file_states)]
        return {"document_states": documents, "files_due_at": files_due_at(self.row, files)}

    def record_parts(self) -> bool:
        if moved := [row for row, columns in self.moved_lines if columns]:
            columns = {name for _row, columns in self.moved_lines for name in columns}
            VendorOrderLine.objects.bulk_update(moved, sorted(columns))
        return self._record_shipments() or bool(moved)

    def follow(self, before: str, *, changed: bool) -> None:
        state = self.row.state
        if state != before and state == VendorOrderState.CANCELLED:
            self._follow_cancellation()
        elif state != before:
            self.note(f"vendor.{state}")
        if changed and not derive_statuses(self.subject, noted=self.take_events()) and self.is_news:
            # Its files, days or parcels are others than before: whoever reads what changed reads it again.
            self.subject.save(update_fields=["updated_at"])

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

    def _merge_lines(self) -> None:
        """Set what is new of the lines; nothing is saved."""
        reported = {line.reference: line for line in self.report.lines}
        self.lines = list(self.row.lines.all()) if reported or self.report.shipments else []
        pairs = [(row, reported[row.reference]) for row in self.lines if row.reference in reported]
        self.moved_lines = [(row, set_changed(row, self._line_values(row, line))) for row, line in pairs]

    def _line_values(self, row: VendorOrderLine, line: LineReport) -> dict[str, Any]:
        at = self.report.version.updated_at
        values: dict[str, Any] = {
            "file_states": merge_files(row.file_states, line.files, at=at, is_newest=self.is_newest)
        }
        days = {
            "shipping_earliest": line.shipping_earliest,
            "shipping_latest": line.shipping_latest,
            "late": line.shipping_late,
        }
        # Some routes leave them out: what was said once stays until another day is said.
        is_said = {name: day for name, day in days.items() if day is not None}
        values |= {name: day for name, day in is_said.items() if self.is_newest or getattr(row, name) is None}
        if self.is_newest or not row.vendor_id:
            values |= {"vendor_id": line.vendor_id, "raw_state": line.raw_state}
        return values

    def _record_shipments(self) -> bool:
        if not self.report.shipments:
            return False
        lines = {row.reference: row.line_id for row in self.lines}
        changes = record_shipments(self.row, self.report.shipments, lines=lines, is_newest=self.is_newest)
        self.new_events += [
            self.event(kind, {"carrier": row.carrier, "tracking_code": row.tracking_code, "url": row.tracking_url})
            for kind, rows in (("shipment.sent", changes.sent), ("shipment.arrived", changes.delivered))
            for row in rows
        ]
        if changes.sent:  # customers quote tracking codes
            refresh_search(self.subject)
        return changes.changed

    def _follow_cancellation(self) -> None:
        if self.subject.cancel_requested_at:
            self.note("vendor.cancelled")
            self.write_events()  # before what it causes
            settle_cancellation(self.subject, actor=self.origin["actor"])
            return
        if is_taken_back(self.row):
            self.note("vendor.cancelled")
            self.write_events()
            text = _(
                "%(vendor)s cancelled %(reference)s so that it can be changed. Edit the order, then release it to "
                "place this part again."
            )
            text = text % self._names()
            hold_if_open(self.subject, reason=HoldReason.VENDOR_CANCELLED, text=text, actor=self.origin["actor"])
            return
        cause = self._cause()
        self.note("vendor.cancelled_unasked", cause=cause)
        self.write_events()
        text = _("%(vendor)s cancelled %(reference)s.") % self._names()
        then = _("Fix the cause and release the hold to place this part again, or cancel the order.")
        text = join_sentences(text, cause, then)
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

    def _names(self) -> dict[str, str]:
        return {"vendor": vendor_title(self.row.vendor), "reference": self.row.reference}

    def _params(self, **more: str) -> dict[str, str]:
        row = self.row
        return {"vendor": row.vendor, "reference": row.reference, "vendor_id": row.vendor_id, **more}
