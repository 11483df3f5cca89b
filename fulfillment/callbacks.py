"""Callbacks about production."""

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.handlers import callback_handler
from backoffice.engine.services.reports import ReportOutcome, Source
from backoffice.vendors.abilities import CallsUs, GivesProductionOrders
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.production_messages import ProductionOrderReport
from backoffice.vendors.registry import as_able
from fulfillment.services.production_reports import apply_production_report, find_known


@callback_handler(ProductionOrderReport)
def handle_production(callback: Callback, report: ProductionOrderReport, vendor: CallsUs) -> ReportOutcome:
    """Apply the report; where it is unsigned, a new reading instead, since goods are made and sent on its word."""
    known = find_known(report)
    if known is not None:
        return ReportOutcome(CallbackState.KNOWN, subject=known)
    source: Source = "callback"
    if not vendor.SIGNS_CALLBACKS:
        try:
            report = as_able(vendor, GivesProductionOrders).read_production_order(report.vendor_id)
        except VendorNotFound as error:
            # It may have come before the API shows the order: tried again for a while.
            return ReportOutcome(CallbackState.ORPHAN, note=error.text)
        source = "answer"
    return apply_production_report(report, source=source, callback=callback)
