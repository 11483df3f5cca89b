"""Placing a vendor order at a vendor that takes it in one call, which can be neither repeated nor looked up.

The step is committed before the call and ended with its answer. After a lost answer nothing is sent: the vendor's
callback about the new order may tell (`echoes.py`), and when that has not come in time a person decides.
"""

import msgspec
from django.utils import timezone

from backoffice.emails import usable_email
from backoffice.models import Push
from backoffice.services.claims import Delivery
from backoffice.services.clock import database_now
from backoffice.services.epoch import is_from_before_restore
from backoffice.services.handlers import Finding
from backoffice.translatable import gettext as _
from backoffice.vendors.errors import FieldError, VendorRejected
from backoffice.vendors.messages import OrderReport, OrderState, OrderToPlace, Sale, Version
from backoffice.vendors.registry import UnknownVendor, vendor_class, vendor_names, vendor_title
from backoffice.vendors.sign_messages import Placed
from catalog.services.custom_products import find_custom_products
from orders.models import AddressRole, HoldReason, Order, OrderEvent, VendorOrder, VendorOrderState
from orders.services.axes import derive_axes
from orders.services.holds import hold_if_open
from orders.services.placing.messages import order_to_place, postal_address
from orders.services.placing.two_phases import refuse_unwanted
from orders.services.reports.applying import apply_order_report
from orders.services.rules.running import run_waiting_rules


def takes_one_call(vendor: str) -> bool:
    """Whether the vendor takes an order at once; it then also reports nothing and cancels nothing by itself."""
    try:
        return hasattr(vendor_class(vendor), "place_order")
    except UnknownVendor:
        return False


def one_call_vendors() -> list[str]:
    """Names of the vendors whose orders people follow by hand."""
    return vendor_names(able_to="place_order")


class SingleCall:
    """One delivery of one vendor order: the row as it is now, and the vendor it goes to."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.push: Push = delivery.push
        self._reload()

    def _reload(self) -> None:
        self.row = VendorOrder.objects.select_related("order__shop").get(pk=self.push.subject_id)

    def run(self) -> None:
        """The order is at the vendor, exactly once. Raises Withdrawn when it is not wanted any more."""
        if self.row.submitted_at is not None:  # its echo was here first
            return
        run_waiting_rules(self.row.order_id)  # one of them may hold it
        self._reload()
        refuse_unwanted(self.row)
        self._refuse_doubtful()
        wanted = sold_order(self.row)
        refuse_unknown(wanted, row=self.row)
        self.delivery.write("place", lambda: self.delivery.vendor.place_order(wanted), self._record)

    def _refuse_doubtful(self) -> None:
        """What was sold before a restore may have been sent by the state that was lost, and this vendor shows nobody
        what it has: a person is asked, once. Raises Withdrawn then.
        """
        order = self.row.order
        if self.push.generation > 1 or not is_from_before_restore(order.placed_at):
            return
        words = {"vendor": vendor_title(self.row.vendor), "reference": order.reference}
        text = _(
            "The customer ordered before the database was restored from a backup. %(vendor)s may have it already and "
            "cannot be asked: look there for %(reference)s. If it is there, cancel this order; else release the hold."
        )
        self.delivery.record(
            lambda: hold_if_open(
                Order.objects.locked(order.pk),
                reason=HoldReason.POSSIBLE_DUPLICATE,
                text=text % words,
                actor="system",
            )
        )
        refuse_unwanted(VendorOrder.objects.select_related("order").get(pk=self.row.pk))

    def look(self) -> Finding:
        """Nobody can be asked. The echo tells, or when its time is over a person."""
        if self.row.submitted_at is not None:
            return Finding.DONE
        settles_at = self.push.settles_at
        waits = settles_at is not None and settles_at > database_now()
        return Finding.UNDECIDED if waits else Finding.BLIND

    def _record(self, placed: Placed) -> None:
        """The order is submitted; an echo that named it meanwhile and the answer agree, or it is an alarm."""
        row = VendorOrder.objects.select_for_update().get(pk=self.row.pk)
        notes, vendor_id = list(placed.notes), placed.vendor_id
        if is_taken(row, vendor_id=vendor_id):
            notes.append(f"order_id {vendor_id} is another order's")
            vendor_id = ""
        if notes:
            words = {"vendor": row.vendor, "reference": row.reference, "differences": "; ".join(notes)}
            OrderEvent.objects.create(
                order_id=row.order_id, actor="system", kind="vendor.answer_differs", params=words, push=self.push
            )
        if not row.vendor_id:
            row.vendor_id = vendor_id
            row.save(update_fields=["vendor_id", "updated_at"])
        apply_order_report(_submitted(row, vendor_id=vendor_id or row.vendor_id), source="answer", push=self.push)


def refuse_unknown(wanted: OrderToPlace, *, row: VendorOrder) -> None:
    """Only products whose id we gave may be ordered. Raises VendorRejected, and nothing leaves."""
    known = find_custom_products((line.custom_product for line in wanted.lines), shop=row.order.shop)
    unknown = [line for line in wanted.lines if line.custom_product not in known]
    if unknown:
        text = _("The shop has no custom product %(id)s.")
        errors = tuple(
            FieldError(f"lines.{line.reference}.custom_product", text % {"id": line.custom_product or "–"})
            for line in unknown
        )
        raise VendorRejected(_("Only what shoppers designed can be ordered."), errors=errors)


def is_taken(row: VendorOrder, *, vendor_id: str) -> bool:
    """Whether the vendor gave that id to another order of ours before: then it says nothing."""
    others = VendorOrder.objects.filter(vendor=row.vendor, vendor_id=vendor_id).exclude(pk=row.pk)
    return bool(vendor_id) and others.exists()


def _submitted(row: VendorOrder, *, vendor_id: str) -> OrderReport:
    return OrderReport(
        vendor=row.vendor,
        vendor_id=vendor_id,
        reference=row.reference,
        state=OrderState.SUBMITTED,
        raw_state="",
        version=Version(updated_at=timezone.now()),
    )


def sold_order(row: VendorOrder) -> OrderToPlace:
    """What the vendor is to make, with all that it wants to know of the sale."""
    order = row.order
    wanted = order_to_place(row)
    invoice = next((one for one in order.addresses.all() if one.role == AddressRole.INVOICE), None)
    billing = postal_address(invoice) if invoice is not None else None
    sale = Sale(
        number=order.number,
        currency=order.currency,
        account=order.shop.sign_integration_id,
        shipping_method=order.shipping_method,
        firstname=order.customer_firstname,
        lastname=order.customer_lastname,
        email=usable_email(order.customer_email),
        phone=order.customer_phone,
        invoice=billing,
    )
    return msgspec.structs.replace(wanted, sale=sale)


def suppose_sent(push: Push) -> None:
    """A person says that the lost request reached the vendor: the order is there, its id may be told later.

    The order must be locked.
    """
    row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
    if row.submitted_at is not None:
        return
    row.state, row.submitted_at = VendorOrderState.SUBMITTED, timezone.now()
    row.save(update_fields=["state", "submitted_at", "updated_at"])
    derive_axes(Order.objects.locked(row.order_id))
