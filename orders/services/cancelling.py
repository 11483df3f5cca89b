"""Asking a vendor to cancel its part of an order. It agrees until production begins; its answer decides."""

from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import TakesDraftOrders, TakesOrdersAtOnce
from backoffice.vendors.errors import VendorError, VendorRejected
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from backoffice.vendors.registry import has_ability
from orders.models import Order, OrderEvent, VendorOrder, VendorOrderState
from orders.services.cancellations import go_on_after_refusal, settle_cancellation
from orders.services.push_kinds import CANCEL, VendorOrderHandler
from orders.services.reports.applying import apply_order_report

# Agreed, or too late: there is nothing to ask.
_DECIDED = (RemoteOrderState.CANCELLED, RemoteOrderState.IN_PRODUCTION, RemoteOrderState.DONE)


@push_kind(CANCEL)
class Cancellation(VendorOrderHandler):
    """The vendor is asked to cancel its part of an order; never before the placing of it is over."""

    title = gettext_lazy("Cancel the order")

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.row = VendorOrder.objects.select_related("order").get(pk=self.push.subject_id)

    def deliver(self, delivery: Delivery) -> None:
        """The vendor order is cancelled, or the refusal is in the timeline. Raises Withdrawn when no longer wanted."""
        if self.row.state == VendorOrderState.CANCELLED:
            return
        if self.row.order.cancel_requested_at is None:
            raise Withdrawn(_("The order is no longer to be cancelled."))
        if has_ability(self.row.vendor, TakesOrdersAtOnce):
            self._cancel_by_hand()
            return
        if not self.row.vendor_id:
            self.delivery.record(self._cancel_without_id)
            return
        report = self.read()
        if report.state not in _DECIDED:
            report = self._ask()
        self.delivery.record(lambda: self._conclude(report))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """What became of a request to cancel that was not answered."""
        report = self.read()
        if report.state not in _DECIDED:
            return ReconcileResult.ABSENT
        self.delivery.record(lambda: self._conclude(report))
        return ReconcileResult.DONE

    def if_sent_again(self, push: Push) -> list[str]:
        return [_t("The vendor's order is read first, then it is asked again. Cancelling twice does no harm.")]

    def rejected(self, push: Push, error: VendorError) -> None:
        _refuse(push, text=error.text)

    def decided(self, push: Push, *, happened: bool) -> None:
        super().decided(push, happened=happened)
        if happened:  # the follow-up reads it again: the vendor's word, not the person's, is what counts
            push.follow_up = push.payload

    def read(self) -> OrderReport:
        vendor = self.delivery.vendor_as(TakesDraftOrders)
        return self.delivery.read(lambda: vendor.read_order(self.row.vendor_id))

    def _ask(self) -> OrderReport:
        """A refusal may mean that it is cancelled already, so the order is read again."""
        vendor = self.delivery.vendor_as(TakesDraftOrders)
        try:
            return self.delivery.write("cancel", lambda: vendor.cancel_order(self.row.vendor_id), self._conclude)
        except VendorRejected:
            report = self.read()
            if report.state in _DECIDED:
                return report
            raise

    def _conclude(self, report: OrderReport) -> None:
        apply_order_report(report, source="answer", push=self.push)
        if report.state != RemoteOrderState.CANCELLED:
            _refuse(self.push)

    def _cancel_by_hand(self) -> None:
        """The vendor has no call for it: what it does not have is cancelled, else a person has to tell it."""
        if self.row.submitted_at is None:
            self.delivery.record(self._cancel_unsent)
            return
        self.delivery.record(self._note_by_hand)
        raise Withdrawn(_("A person has to tell the vendor."))

    def _note_by_hand(self) -> None:
        words = {"vendor": self.row.vendor, "reference": self.row.reference}
        OrderEvent.objects.create(
            order_id=self.row.order_id, actor="system", kind="order.cancel_by_hand", params=words, push=self.push
        )

    def _cancel_unsent(self) -> None:
        order = Order.objects.locked(self.row.order_id)
        order.vendor_orders.filter(pk=self.row.pk).update(state=VendorOrderState.CANCELLED)
        settle_cancellation(order, actor="system")

    def _cancel_without_id(self) -> None:
        """No draft was made, so there is nobody to ask; unless a person said that there is one of unknown id."""
        if self.row.state == VendorOrderState.UNKNOWN:
            _refuse(self.push, text=_("It is at the vendor, but its id there is unknown."))
            return
        self._cancel_unsent()


def _refuse(push: Push, *, text: str = "") -> None:
    """The order goes on, and the timeline says why. The order must be locked."""
    row = VendorOrder.objects.get(pk=push.subject_id)
    go_on_after_refusal(row, text=text, actor=f"vendor:{row.vendor}", push=push)
