"""The draft of a vendor order at its vendor: read, recorded step by step, given up."""

import msgspec

from backoffice.text.translatable import join_sentences
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.messages import RANK, LineReport, OrderReport, RemoteOrderState
from backoffice.vendors.registry import vendor_title
from orders.models import HoldReason, Order, VendorOrder
from orders.services.holds import hold_if_open
from orders.services.placing.planning import start_over
from orders.services.placing.refusals import PlaceHandler
from orders.services.push_kinds import discard_draft
from orders.services.reports.applying import apply_order_report

SUBMITTED = tuple(state for state, rank in RANK.items() if rank >= RANK[RemoteOrderState.SUBMITTED])


class DraftHandler(PlaceHandler[TakesDraftOrders]):
    """A push about a draft: the rows as they are now, and the vendor that they go to."""

    ability = TakesDraftOrders

    def locked(self) -> VendorOrder:
        """Return the row, locked; its order is locked by the push's handler before."""
        rows = VendorOrder.objects.select_for_update(of=("self",)).select_related("order__shop")
        self.row = rows.get(pk=self.row.pk)
        return self.row

    def give_up_draft(self, found: list[str]) -> None:
        """Give up the draft and plan the next generation. Runs inside `delivery.record`."""
        row = self.locked()
        self.note(self.push, "vendor.draft_differs", vendor_id=row.vendor_id, differences=found)
        if given_up := start_over(row):
            discard_draft(row, given_up, actor="system")

    def read(self) -> OrderReport:
        """Return what the vendor holds of it now."""
        vendor_id = self.row.vendor_id
        return self.delivery.read(lambda: self.vendor.read_order(vendor_id))

    def record_state(self, report: OrderReport) -> None:
        """Take over what a reading says, and the lines that we have no answer for."""
        self.delivery.record(lambda: self._apply(report))

    def record_created(self, report: OrderReport) -> None:
        """Bind the draft, unless a callback named another before: then that stays, and this is discarded."""
        row = self.locked()
        if not row.vendor_id:
            row.vendor_id = report.vendor_id
            row.save(update_fields=["vendor_id", "updated_at"])
        self._apply(report)

    def record_line(self, line: LineReport, *, reference: str) -> None:
        self.row.lines.filter(reference=reference).update(vendor_id=line.vendor_id, raw_state=line.raw_state)

    def record_submitted(self, report: OrderReport) -> None:
        """Take over the response to a submit, which proves it even where the vendor's word is still that of a draft."""
        if report.state not in SUBMITTED:
            report = msgspec.structs.replace(report, state=RemoteOrderState.SUBMITTED)
        self._apply(report)

    def _apply(self, report: OrderReport) -> None:
        apply_order_report(report, source="answer", push=self.push)

    def _hold(self, found: list[str], *, first: str, then: str) -> None:
        """Hold the order for these differences, which stand between the two texts."""
        names = {"vendor": vendor_title(self.row.vendor), "reference": self.row.reference}
        text = join_sentences(first % names, *found, then)
        order = Order.objects.locked(self.row.order_id)
        hold_if_open(order, reason=HoldReason.DIFFERS_AT_VENDOR, text=text, actor="system")
