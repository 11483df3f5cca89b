"""Placing a vendor order at a vendor that takes it in one call, which can be neither repeated nor looked up.

The step is committed before the call and ended with its response. After a lost response nothing is sent: the vendor's
callback about the new order may confirm it (`confirmations.py`); when that has not come in time a person decides.
"""

from functools import partial

from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.epoch import is_from_before_restore
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.errors import FieldError, VendorAlreadyDone, VendorRejected
from backoffice.vendors.messages import OrderReport, OrderToPlace, RemoteOrderState, Version
from backoffice.vendors.registry import vendor_title, vendor_type
from backoffice.vendors.sign_messages import Placed
from catalog.services.custom_products import find_custom_products
from orders.models import HoldReason, Order, VendorOrder, VendorOrderState
from orders.services.costs import find_sales_value, spell_price
from orders.services.holds import hold_if_open
from orders.services.order_message import order_to_place
from orders.services.placing.refusals import PlaceHandler
from orders.services.push_kinds import PLACE
from orders.services.reports.applying import apply_order_report
from orders.services.reports.matching import is_taken
from orders.services.statuses import derive_statuses


@push_kind(PLACE, at=TakesOrdersAtOnce)
class SingleCall(PlaceHandler):
    """A vendor order is sent whole."""

    def recovery(self, push: Push) -> Recovery:
        return Recovery.CALLBACK

    def doubtful_step(self, push: Push) -> str:
        return "place"

    def settle_seconds(self, push: Push) -> float:
        """Return how long a callback may still confirm what cannot be looked for: so long nobody is asked."""
        return vendor_type(push.vendor, TakesOrdersAtOnce).confirmation_seconds()

    def risk(self, push: Push) -> str:
        if (sold := find_sales_value(push.subject_id)) is None:
            return ""
        text = _("%(vendor)s gives no purchase price; the customer paid %(price)s for this part, including tax.")
        return text % {"vendor": vendor_title(push.vendor), "price": spell_price(*sold)}

    def deliver(self, delivery: Delivery) -> None:
        """Place the order, exactly once. Raise Withdrawn when it is not to be placed any more."""
        if self.row.submitted_at is not None:  # its confirmation was here first
            return
        self.ensure_placeable()
        self._ensure_not_doubtful()
        message = order_to_place(self.row)
        ensure_known(message, row=self.row)
        vendor = self.delivery.vendor_as(TakesOrdersAtOnce)
        try:
            self.delivery.write("place", lambda: vendor.place_order(message), self._record)
        except VendorAlreadyDone as refusal:
            # Sent again by a person's decision: the vendor knows better that the earlier one arrived.
            if self.push.generation == 1:
                raise
            self.delivery.record(partial(self._record_earlier, refusal.text))

    def _ensure_not_doubtful(self) -> None:
        """Ask a person, once, about what was sold before a restore: it may have been sent by the state that was lost,
        and this vendor shows nobody what it has. Raise Withdrawn then.
        """
        order = self.row.order
        if self.push.generation > 1 or not is_from_before_restore(order.placed_at):
            return
        params = {"vendor": vendor_title(self.row.vendor), "reference": order.reference}
        text = _(
            "The customer ordered before the database was restored from a backup. %(vendor)s may already have the "
            "order, and we cannot check: look there for %(reference)s. If it is there, cancel this order; "
            "otherwise release the hold."
        )
        self.delivery.record(
            lambda: hold_if_open(
                Order.objects.locked(order.pk), reason=HoldReason.POSSIBLE_DUPLICATE, text=text % params, actor="system"
            )
        )
        self.reload()
        self.ensure_open()

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Wait for the confirmation, as nobody can be asked; when its time is over a person decides."""
        if self.row.submitted_at is not None:
            return ReconcileResult.DONE
        settles_at = self.push.settles_at
        waits = settles_at is not None and settles_at > database_now()
        return ReconcileResult.UNDECIDED if waits else ReconcileResult.BLIND

    def decided(self, push: Push, *, happened: bool) -> None:
        super().decided(push, happened=happened)
        if happened:
            _assume_sent(push)

    def _record_earlier(self, text: str) -> None:
        """Mark the order as submitted by an earlier generation, and say so. A confirmation may bring its id."""
        self.note(self.push, "vendor.has_it", text=text)
        self._record(Placed())

    def _record(self, placed: Placed) -> None:
        """Mark the order as submitted; a confirmation that came meanwhile and the response agree, or it is an alarm."""
        row = VendorOrder.objects.select_for_update().get(pk=self.row.pk)
        notes, vendor_id = list(placed.notes), placed.vendor_id
        if is_taken(row, vendor_id=vendor_id):
            notes.append(f"order_id {vendor_id} is another order's")
            vendor_id = ""
        if notes:
            self.note(self.push, "vendor.answer_differs", differences="; ".join(notes))
        if not row.vendor_id:
            row.vendor_id = vendor_id
            row.save(update_fields=["vendor_id", "updated_at"])
        apply_order_report(_submitted(row, vendor_id=vendor_id or row.vendor_id), source="answer", push=self.push)


def ensure_known(message: OrderToPlace, *, row: VendorOrder) -> None:
    """Raise VendorRejected, before anything leaves, for products whose id we did not give."""
    known = find_custom_products((line.custom_product for line in message.lines), shop=row.order.shop)
    text = _("The shop has no custom product %(id)s.")
    errors = tuple(
        FieldError(f"lines.{line.reference}.custom_product", text % {"id": line.custom_product or "–"})
        for line in message.lines
        if line.custom_product not in known
    )
    if errors:
        raise VendorRejected(_("Only products designed by shoppers can be ordered."), errors=errors)


def _submitted(row: VendorOrder, *, vendor_id: str) -> OrderReport:
    return OrderReport(
        vendor=row.vendor,
        vendor_id=vendor_id,
        reference=row.reference,
        state=RemoteOrderState.SUBMITTED,
        raw_state="",
        version=Version(updated_at=timezone.now()),
    )


def _assume_sent(push: Push) -> None:
    """Mark the order as submitted, as a person decided that the lost request reached the vendor; its id may come later.

    The order must be locked.
    """
    row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
    if row.submitted_at is not None:
        return
    row.state, row.submitted_at = VendorOrderState.SUBMITTED, timezone.now()
    row.save(update_fields=["state", "submitted_at", "updated_at"])
    derive_statuses(Order.objects.locked(row.order_id))
