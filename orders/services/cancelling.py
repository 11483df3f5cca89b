"""Asking a vendor to cancel its part of an order. It agrees until production begins; its answer decides."""

from typing import Any

from backoffice.models import Push
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.translatable import gettext as _
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import OrderReport, OrderState
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderState
from orders.services.axes import derive_axes
from orders.services.holds import hold_if_open
from orders.services.lifecycle import settle_cancellation
from orders.services.placing.single_call import takes_one_call
from orders.services.reports.applying import apply_order_report

# Agreed, or too late: there is nothing to ask.
_DECIDED = (OrderState.CANCELLED, OrderState.IN_PRODUCTION, OrderState.DONE)


class Cancellation:
    """One delivery of a wish to cancel one vendor order."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.push: Push = delivery.push
        self.row = VendorOrder.objects.select_related("order").get(pk=self.push.subject_id)

    def run(self) -> None:
        """The vendor order is cancelled, or the refusal is in the timeline. Raises Withdrawn when no longer wanted."""
        if self.row.state == VendorOrderState.CANCELLED:
            return
        if self.row.order.cancel_requested_at is None:
            raise Withdrawn(_("The order is no longer to be cancelled."))
        if takes_one_call(self.row.vendor):
            self._cancel_by_hand()
            return
        if not self.row.vendor_id:
            self.delivery.record(self._cancel_without_id)
            return
        report = self.read()
        if report.state not in _DECIDED:
            report = self._ask()
        self.delivery.record(lambda: self._conclude(report))

    def look(self) -> Finding:
        """What became of a request to cancel that was not answered."""
        report = self.read()
        if report.state not in _DECIDED:
            return Finding.ABSENT
        self.delivery.record(lambda: self._conclude(report))
        return Finding.DONE

    def read(self) -> OrderReport:
        return self.delivery.read(lambda: self.delivery.vendor.read_order(self.row.vendor_id))

    def _ask(self) -> OrderReport:
        """A refusal may mean that it is cancelled already, so the order is read again."""
        vendor = self.delivery.vendor
        try:
            return self.delivery.write("cancel", lambda: vendor.cancel_order(self.row.vendor_id), self._conclude)
        except VendorRejected:
            report = self.read()
            if report.state in _DECIDED:
                return report
            raise

    def _conclude(self, report: OrderReport) -> None:
        apply_order_report(report, source="answer", push=self.push)
        if report.state != OrderState.CANCELLED:
            refuse_cancellation(self.push)

    def _cancel_by_hand(self) -> None:
        """The vendor has no call for it: what it does not have is cancelled, else a person has to tell it."""
        if self.row.submitted_at is None:
            self.delivery.record(self._cancel_unsent)
            return
        self.delivery.record(lambda: note_told_by_hand(self.row, push=self.push))
        raise Withdrawn(_("A person has to tell the vendor."))

    def _cancel_unsent(self) -> None:
        order = Order.objects.locked(self.row.order_id)
        order.vendor_orders.filter(pk=self.row.pk).update(state=VendorOrderState.CANCELLED)
        settle_cancellation(order, actor="system")

    def _cancel_without_id(self) -> None:
        """No draft was made, so there is nobody to ask; unless a person said that there is one of unknown id."""
        if self.row.state == VendorOrderState.UNKNOWN:
            refuse_cancellation(self.push, text=_("It is at the vendor, but its id there is unknown."))
            return
        self._cancel_unsent()


def note_told_by_hand(row: VendorOrder, *, push: Push) -> None:
    """The timeline says that somebody has to tell the vendor."""
    words = {"vendor": row.vendor, "reference": row.reference}
    OrderEvent.objects.create(
        order_id=row.order_id, actor="system", kind="order.cancel_by_hand", params=words, push=push
    )


def refuse_cancellation(push: Push, *, text: str = "") -> None:
    """The order goes on, and the timeline says why. The order must be locked."""
    row = VendorOrder.objects.get(pk=push.subject_id)
    go_on_after_refusal(row, text=text, actor=f"vendor:{row.vendor}", push=push)


def go_on_after_refusal(row: VendorOrder, *, text: str, actor: str, push: Push | None = None) -> None:
    """The order goes on, and the timeline says why; parts that are cancelled already need a person.

    The order must be locked.
    """
    order = Order.objects.locked(row.order_id)
    if order.cancel_requested_at is None:
        return
    order.cancel_requested_at = None
    order.save(update_fields=["cancel_requested_at", "updated_at"])
    words: dict[str, Any] = {"vendor": row.vendor, "reference": row.reference, "text": text or row.too_late_text()}
    OrderEvent.objects.create(order=order, actor=actor, kind="order.cancel_refused", params=words, push=push)
    cancelled = list(order.vendor_orders.filter(state=VendorOrderState.CANCELLED).values_list("reference", flat=True))
    if cancelled:
        told = _(
            "%(parts)s was cancelled, but the rest of the order could not be: %(text)s Release the hold to have the "
            "cancelled part placed anew."
        )
        text = told % {"parts": ", ".join(cancelled), "text": words["text"]}
        hold_if_open(order, reason=HoldReason.VENDOR_CANCELLED, text=text, actor="system")
    derive_axes(order)
