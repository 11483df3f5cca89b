"""What callbacks about production mean."""

from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import CallbackOutcome, callback_handler
from backoffice.vendors.abilities import CallsUs, GivesProductionOrders
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.production_messages import ProductionOrderReport
from backoffice.vendors.registry import as_able
from fulfillment.services.production_outcomes import Source
from fulfillment.services.production_reports import apply_production_report, find_known


@callback_handler(ProductionOrderReport)
def handle_production(callback: Callback, report: ProductionOrderReport, vendor: CallsUs) -> CallbackOutcome:
    """Unsigned, it is a hint: the production order is read again and that reading is applied, since goods are made and
    sent on its word.
    """
    known = find_known(report)
    if known is not None:
        return CallbackOutcome(CallbackState.KNOWN, subject=known)
    source: Source = "callback"
    if not vendor.SIGNS_CALLBACKS:
        try:
            report = as_able(vendor, GivesProductionOrders).read_production_order(report.vendor_id)
        except VendorNotFound as error:
            return CallbackOutcome(CallbackState.INVALID, note=error.text)
        source = "answer"
    outcome = apply_production_report(report, source=source, callback=callback)
    return CallbackOutcome(outcome.state, subject=outcome.production_order)
