"""Placing a vendor order: check its print files, create a draft, add the lines, compare, submit. Only the submit of
one stored id costs money.

Every step is recorded by itself and resumed from there. A draft that differs from the order cannot be corrected (the
vendor has no route for that): it is given up, and the next generation of the reference begins anew.
"""

from functools import partial

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import VendorAlreadyDone, VendorProtocolError, VendorRejected
from backoffice.vendors.messages import OrderReport, OrderToPlace, RemoteOrderState
from backoffice.vendors.registry import vendor_title
from orders.models import HoldReason, Order, VendorOrder, VendorOrderState
from orders.services.files.checks import prepare_files
from orders.services.holds import hold_if_open
from orders.services.order_message import differences, order_to_place
from orders.services.placing.draft import SUBMITTED, DraftHandler
from orders.services.placing.linking import link_strays
from orders.services.placing.reconciling import reconcile_step
from orders.services.push_kinds import PLACE
from orders.services.reports.strays import open_strays

MOST_GENERATIONS = 3


@push_kind(PLACE)
class Placement(DraftHandler):
    """A vendor order that is created, filled and submitted at its vendor."""

    def if_happened(self, push: Push) -> list[str]:
        if push.step != "create":
            return []
        return [
            _("No other draft is created. The order is held until a poll finds the draft by its reference."),
            _("If it did not arrive after all, this part is not produced until it is placed again."),
        ]

    def if_sent_again(self, push: Push) -> list[str]:
        if push.step == "create":
            return [
                _("Another draft is created. Only one draft is ever submitted."),
                _("If it did arrive after all, there are two drafts: that costs nothing, and the other is cancelled."),
            ]
        return [
            _("The vendor's order is read first: what is already there is not sent a second time."),
            _("If it did arrive after all, nothing is produced twice: it is one order with one number."),
        ]

    def doubtful_step(self, push: Push) -> str:
        # One whose id is known is read before anything else is done with it.
        return "" if VendorOrder.objects.filter(pk=push.subject_id).exclude(vendor_id="").exists() else "create"

    def deliver(self, delivery: Delivery) -> None:
        """Submit the order, exactly once. Raise Withdrawn when it is not to be placed any more."""
        with self.patient_with_new():
            self._place()

    def _place(self) -> None:
        if self.row.submitted_at is not None:
            self._compare_submitted(self.read())
            return
        self.ensure_placeable()
        while not self._is_submitted_already() and not self._is_draft_complete():
            self.ensure_placeable()
        self.reload()
        if self.row.submitted_at is None:
            self.ensure_placeable()
            self._submit()

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        return reconcile_step(self)

    def decided(self, push: Push, *, happened: bool) -> None:
        super().decided(push, happened=happened)
        if happened:
            _assume_placed(push)

    def _is_submitted_already(self) -> bool:
        """Read the draft of an earlier delivery before going on with it: it may have moved without us."""
        if not self.row.vendor_id:
            return False
        report = self.read()
        self.record_state(report)
        if report.state not in SUBMITTED:
            return False
        self._compare_submitted(report)
        return True

    def _is_draft_complete(self) -> bool:
        """Make the draft what was requested. Return False when it is not: then the next generation is begun."""
        if not self.row.vendor_id:
            if self._is_made_already():
                return True
            prepare_files(self.delivery, self.row)
        requested = order_to_place(self.row)
        if not self.row.vendor_id:
            self.delivery.write("create", lambda: self.vendor.create_order(requested), self.record_created)
            self.reload()
        self._add_lines(requested)
        draft = self.read()
        found = differences(requested, draft)
        if draft.state in SUBMITTED:
            self.record_state(draft)
            self._compare_submitted(draft)
        elif found:
            self._begin_anew(found)
            return False
        elif draft.state != RemoteOrderState.DRAFT:
            raise VendorProtocolError(_("The draft has an unknown state: %s.") % draft.raw_state)
        return True

    def _is_made_already(self) -> bool:
        """Return whether the vendor makes it since before a restore from a backup: then it is linked, not made again.

        Raise Withdrawn when the vendor makes something else for the same order of the shop.
        """
        if not open_strays(self.row.order).filter(vendor=self.row.vendor).exists():
            return False
        self.delivery.record(
            lambda: link_strays(Order.objects.locked(self.row.order_id), actor="system", push=self.push)
        )
        self.reload()
        if self.row.submitted_at is not None:
            return True
        self.ensure_open()
        return False

    def _add_lines(self, requested: OrderToPlace) -> None:
        lines = {line.reference: line for line in requested.lines}
        vendor_id = self.row.vendor_id
        for reference in self.row.lines.filter(vendor_id="").values_list("reference", flat=True):
            self.delivery.write(
                f"line:{reference}",
                partial(self.vendor.add_line, vendor_id, lines[reference]),
                partial(self.record_line, reference=reference),
            )

    def _submit(self) -> None:
        vendor_id = self.row.vendor_id
        try:
            report = self.delivery.write("submit", lambda: self.vendor.submit_order(vendor_id), self.record_submitted)
        except VendorRejected as refusal:
            # A late first attempt makes the second one fail: the vendor's state decides, not its refusal. But where its
            # word is still that of a draft, a refusal for being submitted says more.
            report = self.read()
            if report.state not in SUBMITTED and not isinstance(refusal, VendorAlreadyDone):
                raise
            self.delivery.record(lambda: self.record_submitted(report))
        self._compare_submitted(report)

    def _compare_submitted(self, report: OrderReport) -> None:
        """Compare a last time what is made with what was requested. A response may leave lines out, a reading not."""
        if report.state == RemoteOrderState.CANCELLED:
            raise Withdrawn(_("The vendor has cancelled the order."))
        requested = order_to_place(self.row)
        if not differences(requested, report):
            return
        found = differences(requested, self.read())
        if found:
            first = _("%(vendor)s is producing %(reference)s differently from what was agreed.")
            then = _(
                "It is already submitted: cancel it immediately, or release the hold to have it produced like this."
            )
            self.delivery.record(lambda: self._hold(found, first=first, then=then))

    def _begin_anew(self, found: list[str]) -> None:
        first = self.push.payload.get("first_generation", self.row.generation)
        if self.row.generation - first + 1 >= MOST_GENERATIONS:
            first = _("At %(vendor)s, %(reference)s differs from what was agreed.")
            then = _("Nothing was submitted. Correct the lines, then release the hold.")
            self.delivery.record(lambda: self._hold(found, first=first, then=then))
            raise Withdrawn(_("The draft at the vendor repeatedly differs from what was agreed."))
        self.delivery.record(lambda: self.give_up_draft(found))
        self.reload()


def _assume_placed(push: Push) -> None:
    """Adopt the next report with our reference, as a person decided that the lost request reached the vendor.

    The order must be locked.
    """
    row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
    if row.vendor_id:
        # The id is known: the push goes on from what a reading of it shows.
        push.follow_up = push.payload
        return
    row.state = VendorOrderState.UNKNOWN
    row.save(update_fields=["state", "updated_at"])
    text = _(
        "%(reference)s is reported to be at %(vendor)s, but its ID there is not known yet: the next poll looks for it."
    )
    order = Order.objects.locked(row.order_id)
    params = {"vendor": vendor_title(row.vendor), "reference": row.reference}
    hold_if_open(order, reason=HoldReason.DIFFERS_AT_VENDOR, text=text % params, actor="system")
