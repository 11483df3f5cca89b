"""What callbacks about production mean. mypromo does not sign them, so a body is only a hint."""

from typing import Any

from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import callback_topic
from backoffice.services.reports import ReportOutcome
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.messages import Message
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.services.production_reports import apply_production_report, find_known


@callback_topic("mypromo-fulfiller", "production")
def handle_production(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """The production order is read again and that reading is applied: goods are made and sent on its word."""
    if not isinstance(message, ProductionOrderReport):
        return ReportOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about production")
    known = find_known(message)
    if known is not None:
        return ReportOutcome(CallbackState.KNOWN, subject=known)
    try:
        report = vendor.read_production_order(message.vendor_id)
    except VendorNotFound as error:
        return ReportOutcome(CallbackState.INVALID, note=error.text)
    return apply_production_report(report, source="answer", callback=callback)
