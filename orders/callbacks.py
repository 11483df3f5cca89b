"""What callbacks about orders, and forms for their staff, mean."""

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.handlers import callback_handler
from backoffice.engine.services.reports import ReportOutcome, Source
from backoffice.vendors.abilities import CallsUs, ReportsOrders
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.messages import OrderConfirmation, OrderReport, RemoteOrderState
from backoffice.vendors.registry import as_able
from backoffice.vendors.sign_messages import FormSubmission
from orders.models import VendorOrder
from orders.services.enquiries import take_enquiry
from orders.services.reports.applying import apply_order_report, is_known
from orders.services.reports.confirmations import apply_confirmation
from orders.services.reports.matching import find_vendor_order

_ENDS = (RemoteOrderState.CANCELLED, RemoteOrderState.DONE)


@callback_handler(OrderReport)
def handle_order(callback: Callback, message: OrderReport, vendor: CallsUs) -> ReportOutcome:
    """Take progress from the body. Where the vendor signs nothing, before an end, or another order than the one we
    know, is believed, the order is read again through the API and that reading is applied instead.
    """
    found = find_vendor_order(message)
    if found is None:
        return ReportOutcome(CallbackState.ORPHAN)
    if is_known(message, found):
        return ReportOutcome(CallbackState.KNOWN, subject=found.order)
    report: OrderReport = message
    source: Source = "callback"
    if not vendor.SIGNS_CALLBACKS and _needs_reading(message, found):
        try:
            report, source = as_able(vendor, ReportsOrders).read_order(message.vendor_id), "answer"
        except VendorNotFound as error:
            # It may have come before the API shows what it is about: tried again for a while.
            return ReportOutcome(CallbackState.ORPHAN, subject=found.order, note=error.text)
    return apply_order_report(report, about=found if report is message else None, source=source, callback=callback)


def _needs_reading(report: OrderReport, vendor_order: VendorOrder) -> bool:
    if report.vendor_id != vendor_order.vendor_id:
        return True
    return report.state in _ENDS and vendor_order.state != report.state.value


@callback_handler(OrderConfirmation)
def handle_confirmation(callback: Callback, message: OrderConfirmation, vendor: CallsUs) -> ReportOutcome:
    """Take over that our own order is there. One that we do not know stays an orphan and makes nothing."""
    return apply_confirmation(message, callback=callback)


@callback_handler(FormSubmission)
def handle_form(callback: Callback, message: FormSubmission, vendor: CallsUs) -> ReportOutcome:
    """Keep it as an enquiry for staff."""
    enquiry, is_new = take_enquiry(message, shop_code=callback.recipient)
    return ReportOutcome(CallbackState.APPLIED if is_new else CallbackState.KNOWN, subject=enquiry)
