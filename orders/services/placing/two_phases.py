"""Placing a vendor order: look at its print files, create a draft, add the lines, compare, submit. Only the submit of
one stored id costs money.

Every step is recorded by itself and resumed from there. A draft that differs from the agreement cannot be mended (the
vendor has no route for that): it is given up, and the next generation of the reference begins anew.
"""

from functools import partial

import msgspec

from backoffice.models import Push
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.translatable import gettext as _
from backoffice.translatable import join
from backoffice.vendors.errors import VendorProtocolError, VendorRejected
from backoffice.vendors.messages import RANK, LineReport, OrderReport, OrderState, OrderToPlace
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderState
from orders.models import OrderState as OurState
from orders.services.files.checks import prepare_files
from orders.services.holds import hold_if_open
from orders.services.placing.janitor import discard_draft
from orders.services.placing.messages import differences, order_to_place
from orders.services.placing.planning import start_over
from orders.services.reports.applying import apply_order_report
from orders.services.restore.linking import link_strays
from orders.services.restore.strays import open_strays
from orders.services.rules.running import run_waiting_rules

MOST_GENERATIONS = 3
_SUBMITTED = tuple(state for state, rank in RANK.items() if rank >= RANK[OrderState.SUBMITTED])
_BEFORE_SUBMIT = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN)


class Placement:
    """One delivery of one vendor order: the rows as they are now, and the vendor they go to."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.vendor = delivery.vendor
        self.push: Push = delivery.push
        self.reload()

    def reload(self) -> None:
        """Read the rows again: a callback may have changed them, and so may people."""
        self.row = VendorOrder.objects.select_related("order").get(pk=self.push.subject_id)

    def locked(self) -> VendorOrder:
        """The row, locked; its order is locked by the push's handler before."""
        rows = VendorOrder.objects.select_for_update(of=("self",)).select_related("order")
        self.row = rows.get(pk=self.row.pk)
        return self.row

    def run(self) -> None:
        """The order is submitted at the vendor, exactly once. Raises Withdrawn when it is not wanted any more."""
        if self.row.submitted_at is not None:
            self._compare_submitted(self.read())
            return
        self.refuse_unwanted()
        while not self._is_submitted_already() and not self._is_draft_complete():
            self.refuse_unwanted()
        self.reload()
        if self.row.submitted_at is None:
            self.refuse_unwanted()
            self._submit()

    def refuse_unwanted(self) -> None:
        """Raises Withdrawn unless the order is released and this part of it not yet refused or cancelled. Rules that
        still wait for this order come first: one of them may hold it.
        """
        run_waiting_rules(self.row.order_id)
        self.reload()
        refuse_unwanted(self.row)

    def _is_submitted_already(self) -> bool:
        """Look at the draft of an earlier delivery before going on with it: it may have moved without us."""
        if not self.row.vendor_id:
            return False
        report = self.read()
        self.record_state(report)
        if report.state not in _SUBMITTED:
            return False
        self._compare_submitted(report)
        return True

    def _is_draft_complete(self) -> bool:
        """Make the draft what was agreed. False when it could not be: then the next generation is begun."""
        if not self.row.vendor_id:
            if self._is_made_already():
                return True
            prepare_files(self.delivery, self.row)
        wanted = order_to_place(self.row)
        if not self.row.vendor_id:
            self.delivery.write("create", lambda: self.vendor.create_order(wanted), self.record_created)
            self.reload()
        self._add_lines(wanted)
        draft = self.read()
        found = differences(wanted, draft)
        if draft.state in _SUBMITTED:
            self.record_state(draft)
            self._compare_submitted(draft)
        elif found:
            self._begin_anew(found)
            return False
        elif draft.state != OrderState.DRAFT:
            raise VendorProtocolError(_("The draft has a state we do not understand: %s.") % draft.raw_state)
        return True

    def _is_made_already(self) -> bool:
        """Whether the vendor makes it since before a restore from a backup: then it is linked, and not made again.

        Raises Withdrawn when the vendor makes something else for the same order of the shop.
        """
        if not open_strays(self.row.order).filter(vendor=self.row.vendor).exists():
            return False
        self.delivery.record(
            lambda: link_strays(Order.objects.locked(self.row.order_id), actor="system", push=self.push)
        )
        self.refuse_unwanted_unless_submitted()
        return self.row.submitted_at is not None

    def refuse_unwanted_unless_submitted(self) -> None:
        """As `refuse_unwanted`, where the part may have been submitted just now."""
        self.reload()
        if self.row.submitted_at is None:
            refuse_unwanted(self.row)

    def _add_lines(self, wanted: OrderToPlace) -> None:
        agreed = {line.reference: line for line in wanted.lines}
        vendor_id = self.row.vendor_id
        for reference in self.row.lines.filter(vendor_id="").values_list("reference", flat=True):
            self.delivery.write(
                f"line:{reference}",
                partial(self.vendor.add_line, vendor_id, agreed[reference]),
                partial(self.record_line, reference=reference),
            )

    def _submit(self) -> None:
        vendor_id = self.row.vendor_id
        try:
            report = self.delivery.write("submit", lambda: self.vendor.submit_order(vendor_id), self.record_submitted)
        except VendorRejected:
            # A late first attempt makes the second one fail: the vendor's state decides, not its refusal.
            report = self.read()
            if report.state not in _SUBMITTED:
                raise
            self.delivery.record(lambda: self.record_submitted(report))
        self._compare_submitted(report)

    def _compare_submitted(self, report: OrderReport) -> None:
        """The last look: what is made now must be what was agreed. An answer may leave lines out, a reading not."""
        if report.state == OrderState.CANCELLED:
            raise Withdrawn(_("The vendor has cancelled the order."))
        wanted = order_to_place(self.row)
        if not differences(wanted, report):
            return
        found = differences(wanted, self.read())
        if found:
            self.delivery.record(lambda: self._hold(HoldReason.DIFFERS_AT_VENDOR, submitted_differs_text(), found))

    def _begin_anew(self, found: list[str]) -> None:
        first = self.push.payload.get("first_generation", self.row.generation)
        if self.row.generation - first + 1 >= MOST_GENERATIONS:
            self.delivery.record(lambda: self._hold(HoldReason.DIFFERS_AT_VENDOR, draft_differs_text(), found))
            raise Withdrawn(_("What the vendor makes of the draft is never what was agreed."))
        self.delivery.record(lambda: self.give_up_draft(found))
        self.reload()

    def give_up_draft(self, found: list[str]) -> None:
        """The draft is given up and the next generation planned. Runs inside `delivery.record`."""
        row = self.locked()
        self._note("vendor.draft_differs", differences=found)
        if given_up := start_over(row):
            discard_draft(row, given_up, actor="system")

    def read(self) -> OrderReport:
        """What the vendor holds of it now."""
        vendor_id = self.row.vendor_id
        return self.delivery.read(lambda: self.vendor.read_order(vendor_id))

    def record_state(self, report: OrderReport) -> None:
        """Take over what a reading says, and the lines that we have no answer for."""
        self.delivery.record(lambda: self._apply(report))

    def record_created(self, report: OrderReport) -> None:
        """The draft is ours, unless a callback named another before: then that stays, and this is discarded."""
        row = self.locked()
        if not row.vendor_id:
            row.vendor_id = report.vendor_id
            row.save(update_fields=["vendor_id", "updated_at"])
        self._apply(report)

    def record_line(self, line: LineReport, *, reference: str) -> None:
        self.row.lines.filter(reference=reference).update(vendor_id=line.vendor_id, raw_state=line.raw_state)

    def record_submitted(self, report: OrderReport) -> None:
        """The answer to a submit proves it, even where the vendor's word is still that of a draft."""
        if report.state not in _SUBMITTED:
            report = msgspec.structs.replace(report, state=OrderState.SUBMITTED)
        self._apply(report)

    def _apply(self, report: OrderReport) -> None:
        apply_order_report(report, source="answer", push=self.push)

    def _hold(self, reason: HoldReason, text: str, found: list[str]) -> None:
        words = {"vendor": self.row.vendor, "reference": self.row.reference, "found": join(found)}
        order = Order.objects.locked(self.row.order_id)
        hold_if_open(order, reason=reason, text=text % words, actor="system")

    def _note(self, kind: str, **params: object) -> None:
        words = {"vendor": self.row.vendor, "reference": self.row.reference, "vendor_id": self.row.vendor_id}
        OrderEvent.objects.create(
            order=self.row.order, actor="system", kind=kind, params=words | params, push=self.push
        )


def refuse_unwanted(row: VendorOrder) -> None:
    """Raises Withdrawn unless the order is released and this part of it not yet refused or cancelled."""
    if row.order.cancel_requested_at is not None:
        raise Withdrawn(_("The order is to be cancelled."))
    if row.order.state != OurState.RELEASED:
        raise Withdrawn(_("The order is %s.") % row.order.get_state_display())
    if row.state not in _BEFORE_SUBMIT:
        raise Withdrawn(_("This part of the order is %s.") % row.get_state_display())


def draft_differs_text() -> str:
    return _(
        "%(vendor)s does not make of %(reference)s what was agreed: %(found)s Nothing was submitted. Correct the "
        "lines, then release the hold."
    )


def submitted_differs_text() -> str:
    return _(
        "%(vendor)s makes something else of %(reference)s than was agreed: %(found)s It is submitted already: cancel "
        "it at once, or release the hold to let it be made like that."
    )
