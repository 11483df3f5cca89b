"""What callbacks about orders mean. mypromo does not sign its own, so a body is only a hint; Sign Customiser does."""

from typing import Any

from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import callback_topic
from backoffice.services.reports import ReportOutcome, Source
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.messages import Message, OrderReport, OrderState
from backoffice.vendors.sign_messages import FormSubmission
from orders.models import VendorOrder
from orders.services.enquiries import take_enquiry
from orders.services.reports.applying import apply_order_report, is_known
from orders.services.reports.echoes import take_echo
from orders.services.reports.matching import find_vendor_order

_ENDS = (OrderState.CANCELLED, OrderState.DONE)


@callback_topic("mypromo", "orders")
def handle_order(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """Progress is taken from the body. Before an end, or another order than the one we hold, is believed, the
    order is read again through the API and that reading is applied instead.
    """
    if not isinstance(message, OrderReport):
        return ReportOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about an order")
    found = find_vendor_order(message)
    if found is None:
        return ReportOutcome(CallbackState.ORPHAN)
    if is_known(message, found):
        return ReportOutcome(CallbackState.KNOWN, subject=found.order)
    report: OrderReport = message
    source: Source = "callback"
    if _needs_reading(message, found):
        try:
            report, source = vendor.read_order(message.vendor_id), "answer"
        except VendorNotFound as error:
            return ReportOutcome(CallbackState.INVALID, subject=found.order, note=error.text)
    about = found if report is message else None
    return apply_order_report(report, about=about, source=source, callback=callback)


def _needs_reading(report: OrderReport, vendor_order: VendorOrder) -> bool:
    if report.vendor_id != vendor_order.vendor_id:
        return True
    return report.state in _ENDS and vendor_order.state != report.state.value


@callback_topic("sign-customiser", "order-created")
def handle_echo(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """The echo of our own order. One that we do not know stays an orphan and makes nothing."""
    if not isinstance(message, OrderReport):
        return ReportOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about an order")
    return take_echo(message, callback=callback)


@callback_topic("sign-customiser", "form-submitted")
def handle_form(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """An enquiry for staff."""
    if not isinstance(message, FormSubmission):
        return ReportOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not a form")
    enquiry, is_new = take_enquiry(message, shop_code=callback.recipient)
    return ReportOutcome(CallbackState.APPLIED if is_new else CallbackState.KNOWN, subject=enquiry)
