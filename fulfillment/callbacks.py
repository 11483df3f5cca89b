"""What callbacks about production mean. mypromo does not sign them, so a body is only a hint."""

from typing import Any

from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import CallbackOutcome, callback_topic
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.messages import Message
from backoffice.vendors.production_messages import ProductionOrderReport
from fulfillment.services.production_reports import apply_production_report, find_known


@callback_topic("mypromo-fulfiller", "production")
def handle_production(callback: Callback, message: Message, vendor: Any) -> CallbackOutcome:
    """The production order is read again and that reading is applied: goods are made and sent on its word."""
    if not isinstance(message, ProductionOrderReport):
        return CallbackOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about production")
    known = find_known(message)
    if known is not None:
        return CallbackOutcome(CallbackState.KNOWN, subject=known)
    try:
        report = vendor.read_production_order(message.vendor_id)
    except VendorNotFound as error:
        return CallbackOutcome(CallbackState.INVALID, note=error.text)
    outcome = apply_production_report(report, source="answer", callback=callback)
    return CallbackOutcome(outcome.state, subject=outcome.production_order)
