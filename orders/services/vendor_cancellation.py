"""Asking a vendor to cancel its part of an order. It agrees until production begins; what it shows then decides."""

from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SimulatesOrders, TakesDraftOrders, TakesOrdersAtOnce
from backoffice.vendors.errors import VendorAmbiguous, VendorError, VendorRejected
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from backoffice.vendors.registry import has_ability, vendor_title
from orders.models import Order, VendorOrder, VendorOrderState
from orders.services.cancellation_outcomes import go_on_after_refusal, settle_cancellation
from orders.services.push_kinds import CANCEL, VendorOrderHandler
from orders.services.reports.applying import apply_order_report
from orders.services.reports.simulated import simulated_report

# Agreed, or too late: there is nothing to ask.
_DECIDED = (RemoteOrderState.CANCELLED, RemoteOrderState.IN_PRODUCTION, RemoteOrderState.DONE)


@push_kind(CANCEL)
class Cancellation(VendorOrderHandler):
    """A request to cancel a part of an order, never sent before the placing of it is over."""

    title = gettext_lazy("Cancel the order")
    # `push_kinds.is_taken_back` asks for it as long as the part is there.
    lasting = ("take_back",)

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.row = VendorOrder.objects.select_related("order").get(pk=self.push.subject_id)

    def deliver(self, delivery: Delivery) -> None:
        """Have the vendor order cancelled, or note the refusal. Raise Withdrawn when it is no longer requested."""
        if self.row.state == VendorOrderState.CANCELLED:
            return
        if self.row.order.cancel_requested_at is None and not self._takes_back():
            raise Withdrawn(_("Cancellation of the order is no longer requested."))
        if has_ability(self.row.vendor, TakesOrdersAtOnce):
            self._cancel_without_call()
            return
        if not self.row.vendor_id:
            self.delivery.record(self._cancel_without_id)
            return
        with self.patient_with_new():
            report = self.read()
            if report.state not in _DECIDED and self._times_accepted() < 2:
                report = self._ask()
        self.delivery.record(lambda: self._conclude(report))

    def _times_accepted(self) -> int:
        return self.push.attempt_rows.filter(step="cancel", has_effect=True, status__range=(200, 299)).count()

    def _takes_back(self) -> bool:
        """Return whether this part alone is to be cancelled, and is still the vendor's order that was meant."""
        return bool(self.row.vendor_id) and self.push.payload.get("take_back") == self.row.vendor_id

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Find out what became of a request to cancel without a response."""
        report = self.read()
        if report.state not in _DECIDED:
            return ReconcileResult.ABSENT
        self.delivery.record(lambda: self._conclude(report))
        return ReconcileResult.DONE

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _(
                "The vendor's order is read first, then the cancellation is requested again. Cancelling twice does no "
                "harm."
            )
        ]

    def rejected(self, push: Push, error: VendorError) -> None:
        _refuse(push, text=error.text)

    def decided(self, push: Push, *, happened: bool) -> None:
        super().decided(push, happened=happened)
        if happened:  # the follow-up reads it again: what counts is the vendor's state, not what a person decided
            push.follow_up = push.payload

    def read(self) -> OrderReport:
        vendor = self.delivery.vendor_as(TakesDraftOrders)
        return self.delivery.read(lambda: vendor.read_order(self.row.vendor_id))

    def _ask(self) -> OrderReport:
        """Ask the vendor; a refusal may mean that it is cancelled already, so the order is read again."""
        try:
            return self.delivery.write("cancel", self._request, lambda report: None)
        except VendorRejected:
            report = self.read()
            if report.state in _DECIDED:
                return report
            raise

    def _request(self) -> OrderReport:
        """Request it. Raise VendorAmbiguous where the vendor accepts and still shows the order as it was: it is read
        again until the settle time is over. Accepted so a second time, that response decides; where it shows nothing,
        the next reading does.
        """
        accepted = self._times_accepted()
        report = self.delivery.vendor_as(TakesDraftOrders).cancel_order(self.row.vendor_id)
        if report.state not in _DECIDED and not accepted:
            text = _("%(vendor)s accepted the cancellation of %(reference)s, but does not show it as cancelled yet.")
            names = {"vendor": vendor_title(self.row.vendor), "reference": self.row.reference}
            raise VendorAmbiguous(text % names)
        return report

    def _conclude(self, report: OrderReport) -> None:
        apply_order_report(report, source="answer", push=self.push)
        if report.state != RemoteOrderState.CANCELLED:
            _refuse(self.push)

    def _cancel_without_call(self) -> None:
        """Cancel what the vendor does not have; for the rest it has no call, so a person has to ask."""
        if self.row.submitted_at is None:
            self.delivery.record(self._cancel_unsent)
            return
        self.delivery.record(lambda: self.note(self.push, "order.cancel_by_hand"))
        raise Withdrawn(_("The vendor must be informed."))

    def _cancel_unsent(self) -> None:
        order = Order.objects.locked(self.row.order_id)
        if order.cancel_requested_at is None:  # another part was refused meanwhile: this one goes on
            raise Withdrawn(_("Cancellation of the order is no longer requested."))
        order.vendor_orders.filter(pk=self.row.pk).update(state=VendorOrderState.CANCELLED)
        settle_cancellation(order, actor="system")

    def _cancel_without_id(self) -> None:
        """Cancel without asking, as no draft was made; unless a person decided that there is one of unknown id."""
        if self.row.state == VendorOrderState.UNKNOWN:
            _refuse(self.push, text=_("The order is at the vendor, but its ID there is unknown."))
        else:
            self._cancel_unsent()


@push_kind(CANCEL, at=SimulatesOrders)
class SimulatedCancellation(Cancellation):
    """The same of a test order that nobody has: agreed until its production would have begun."""

    def read(self) -> OrderReport:
        self.row.refresh_from_db()
        return simulated_report(self.row, RemoteOrderState(self.row.state))

    def _ask(self) -> OrderReport:
        return simulated_report(self.row, RemoteOrderState.CANCELLED)


def _refuse(push: Push, *, text: str = "") -> None:
    """Let the order go on, and note why. The order must be locked."""
    row = VendorOrder.objects.select_related("order").get(pk=push.subject_id)
    if row.order.cancel_requested_at is None and push.payload.get("take_back"):
        params = {"vendor": row.vendor, "reference": row.reference, "text": text or row.too_late_text()}
        row.order.events.create(actor=f"vendor:{row.vendor}", kind="order.cancel_refused", params=params, push=push)
        return
    go_on_after_refusal(row, text=text, actor=f"vendor:{row.vendor}", push=push)
