"""Three doors, one room: a push's answer, a callback and a poll say the same of an order and end here.

Reports come late, twice and out of order. Each is compared with the newest one applied (`Version`: the vendor's time
of change, its newest history id, the rank of the state) before anything is set. No state goes back; parcels and the
vendor's history only grow. What follows from a change of state happens in its transaction, so a repeat causes nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from backoffice.models import Callback, Push
from backoffice.translatable import gettext as _
from backoffice.vendors.messages import RANK, HistoryEntry, OrderReport, OrderState, Version
from fulfillment.services.shipments import record_shipments
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderLine, VendorOrderState
from orders.services.axes import derive_axes
from orders.services.holds import hold_if_open
from orders.services.lifecycle import settle_cancellation
from orders.services.reports.duplicates import refuse_second
from orders.services.reports.matching import Claim, claim_of, find_vendor_order
from orders.services.reports.outcomes import ReportOutcome, ReportState, Source
from orders.services.search import refresh_search

# What only we know of ranks beside the vendor's own: a refusal outlasts the draft it left behind.
_RANK_OF_OURS: dict[VendorOrderState, float] = {VendorOrderState(state.value): rank for state, rank in RANK.items()}
_RANK_OF_OURS |= {VendorOrderState.PLANNED: 0, VendorOrderState.REFUSED: RANK[OrderState.DRAFT] + 0.5}
_SUBMITTED_RANK = RANK[OrderState.SUBMITTED]
_CAUSE_LINES = 3
# A vendor's time that is off by less is not worth a word.
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
    """All that the report says and we did not know yet is ours: states, parcels, lateness, the vendor's history.

    An order that carries our reference while our request for it is unanswered is adopted; one beside the order that
    we hold is discarded while it is a draft, and an alarm when it is submitted. `about` is what `find_vendor_order`
    found for it just now, if somebody asked. `actor` is who says it, where that is not the vendor.
    """
    found = about or find_vendor_order(report)
    if found is None:
        return ReportOutcome(ReportState.ORPHAN)
    if source == "callback" and is_known(report, found):
        return ReportOutcome(ReportState.KNOWN, found)
    with transaction.atomic():
        order = Order.objects.locked(found.order_id)
        vendor_order = VendorOrder.objects.select_for_update().get(pk=found.pk)
        vendor_order.order = order
        return _Application(report, vendor_order, source=source, callback=callback, push=push, actor=actor).run()


def is_known(report: OrderReport, vendor_order: VendorOrder) -> bool:
    """Whether exactly this version of our order has been applied."""
    return report.vendor_id == vendor_order.vendor_id and report.version == newest_version(vendor_order)


def newest_version(vendor_order: VendorOrder) -> Version | None:
    """Of the newest report applied; None before the first."""
    if vendor_order.reported_at is None:
        return None
    return Version(
        updated_at=vendor_order.reported_at,
        history_id=vendor_order.reported_history_id,
        rank=vendor_order.reported_rank,
    )


class _Application:
    """One report on its way into a locked vendor order."""

    def __init__(
        self,
        report: OrderReport,
        vendor_order: VendorOrder,
        *,
        source: Source,
        callback: Callback | None,
        push: Push | None,
        actor: str,
    ) -> None:
        self.report = report
        self.vendor_order = vendor_order
        self.order = vendor_order.order
        self.source = source
        self.origin: dict[str, Any] = {"actor": actor or f"vendor:{report.vendor}", "callback": callback, "push": push}

    def run(self) -> ReportOutcome:
        match claim_of(self.report, self.vendor_order):
            case Claim.BOUND:
                return self._apply()
            case Claim.ADOPTABLE:
                self._adopt()
                return self._apply(changed=True)
            case claim:
                return refuse_second(
                    self.report, self.vendor_order, claim=claim, source=self.source, origin=self.origin
                )

    def _apply(self, *, changed: bool = False) -> ReportOutcome:
        newest = newest_version(self.vendor_order)
        # A reading of this moment may say more than an equal version that came as a callback.
        is_newest = newest is None or newest < self.report.version
        is_newest = is_newest or (newest == self.report.version and self.source != "callback")
        before = self.vendor_order.state
        changed |= self._set_fields(is_newest=is_newest)
        changed |= self._note_history()
        changed |= self._record_lines(is_newest=is_newest)
        changed |= self._record_shipments(is_newest=is_newest)
        if self.vendor_order.state != before:
            self._follow_state()
        if changed:
            derive_axes(self.order)
            return ReportOutcome(ReportState.APPLIED, self.vendor_order)
        return ReportOutcome(ReportState.KNOWN if is_newest else ReportState.STALE, self.vendor_order)

    def _set_fields(self, *, is_newest: bool) -> bool:
        """Save what differs; answers whether anything but the time of reading did."""
        report, row = self.report, self.vendor_order
        values: dict[str, Any] = {}
        if self._moves_state(is_newest=is_newest):
            values["state"] = VendorOrderState(report.state.value)
            if RANK[report.state] >= _SUBMITTED_RANK and report.state != OrderState.CANCELLED:
                values["submitted_at"] = row.submitted_at or timezone.now()
        if is_newest:
            values |= {
                "raw_state": report.raw_state,
                "reported_at": report.version.updated_at,
                "reported_history_id": report.version.history_id,
                "reported_rank": report.version.rank,
                "shipping_earliest": report.shipping_earliest,
                "shipping_latest": report.shipping_latest,
                "late": report.shipping_late,
            }
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if "raw_state" in changed and report.state == OrderState.UNKNOWN:
            self._note("vendor.unknown_word", word=report.raw_state)
        read = {"read_at": timezone.now()} if self.source in ("answer", "poll") else {}
        for name, value in (changed | read).items():
            setattr(row, name, value)
        if changed or read:
            row.save(update_fields=[*changed, *read, "updated_at"])
        return bool(changed)

    def _moves_state(self, *, is_newest: bool) -> bool:
        """No state goes back, however new the report; between two ends the newest decides."""
        ours, theirs = _RANK_OF_OURS[VendorOrderState(self.vendor_order.state)], RANK[self.report.state]
        return theirs > ours or (is_newest and theirs == ours)

    def _note_history(self) -> bool:
        """The vendor's own lines join the timeline, each once, at the time the vendor gives them."""
        vendor, vendor_id = self.report.vendor, self.report.vendor_id
        histories = sorted(self.report.histories, key=lambda entry: entry.vendor_id)
        entries = {f"{vendor}:{vendor_id}:{entry.vendor_id}": entry for entry in histories}
        earliest = self.vendor_order.created_at
        at = {
            key: max(entry.at, earliest + timedelta(microseconds=place))
            for place, (key, entry) in enumerate(entries.items(), start=1)
        }
        known = set(self.order.events.filter(source_key__in=entries).values_list("source_key", flat=True))
        events = OrderEvent.objects.bulk_create(
            OrderEvent(
                order=self.order,
                at=at[key],
                kind="vendor.history",
                params=self._history_params(entry, shown_at=at[key]),
                source_key=key,
                **self.origin,
            )
            for key, entry in entries.items()
            if key not in known
        )
        return bool(events)

    def _history_params(self, entry: HistoryEntry, *, shown_at: datetime) -> dict[str, str]:
        """Include the vendor's own time where the line stands at another: nothing is said of an order before it is
        given to the vendor, whatever a clock that has whole seconds, or is wrong, shows.
        """
        params = {"text": entry.text, "reference": self.vendor_order.reference}
        if shown_at - entry.at > _CLOCK_SLACK:
            params["vendor_time"] = entry.at.isoformat()
        return params

    def _record_lines(self, *, is_newest: bool) -> bool:
        said = {line.reference: line for line in self.report.lines}
        moved = []
        for row in self.vendor_order.lines.all() if said else ():
            line = said.get(row.reference)
            if line is None or (row.vendor_id and not is_newest):
                continue
            if (row.vendor_id, row.raw_state) != (line.vendor_id, line.raw_state):
                row.vendor_id, row.raw_state = line.vendor_id, line.raw_state
                moved.append(row)
        if moved:
            VendorOrderLine.objects.bulk_update(moved, ["vendor_id", "raw_state"])
        return bool(moved)

    def _record_shipments(self, *, is_newest: bool) -> bool:
        if not self.report.shipments:
            return False
        lines = dict(self.vendor_order.lines.values_list("reference", "line_id"))
        changes = record_shipments(self.vendor_order, self.report.shipments, lines=lines, is_newest=is_newest)
        OrderEvent.objects.bulk_create(
            OrderEvent(
                order=self.order,
                kind=kind,
                params={"carrier": row.carrier, "tracking_code": row.tracking_code, "url": row.tracking_url},
                **self.origin,
            )
            for kind, rows in (("shipment.sent", changes.sent), ("shipment.arrived", changes.delivered))
            for row in rows
        )
        if changes.sent:  # customers quote tracking codes
            refresh_search(self.order)
        return changes.changed

    def _follow_state(self) -> None:
        """What a new state of the vendor order brings about."""
        state = self.vendor_order.state
        if state == VendorOrderState.CANCELLED:
            self._follow_cancellation()
        else:
            self._note(f"vendor.{state}")

    def _follow_cancellation(self) -> None:
        if self.order.cancel_requested_at:
            self._note("vendor.cancelled")
            settle_cancellation(self.order, actor=self.origin["actor"])
            return
        cause = self._cause()
        self._note("vendor.cancelled_unasked", cause=cause)
        text = _(
            "%(vendor)s cancelled %(reference)s: %(cause)s Correct the cause and release the hold: that part is then "
            "placed anew. Or cancel the order."
        )
        self._hold(HoldReason.VENDOR_CANCELLED, text % self._words(cause=cause))

    def _cause(self) -> str:
        """The end of the vendor's history: the one place where it says why."""
        texts = [entry.text for entry in sorted(self.report.histories, key=lambda entry: entry.vendor_id)]
        return " ".join([text for text in texts if not text.startswith("Callback for ")][-_CAUSE_LINES:])

    def _adopt(self) -> None:
        self.vendor_order.vendor_id = self.report.vendor_id
        self.vendor_order.save(update_fields=["vendor_id", "updated_at"])
        self._note("vendor.adopted")

    def _hold(self, reason: HoldReason, text: str) -> None:
        hold_if_open(self.order, reason=reason, text=text, actor=self.origin["actor"])

    def _note(self, kind: str, **params: str) -> None:
        OrderEvent.objects.create(order=self.order, kind=kind, params=self._words(**params), **self.origin)

    def _words(self, **more: str) -> dict[str, str]:
        row = self.vendor_order
        return {"vendor": row.vendor, "reference": row.reference, "vendor_id": row.vendor_id, **more}
