"""What callbacks about the catalogue mean.

One about a job is believed for what it says of progress only: whatever it says, the values are read back before
anything counts as done. One about a designed product is a question: a shopper waits.
"""

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.handlers import CallbackResponse, callback_handler, callback_response
from backoffice.engine.services.reports import ReportOutcome
from backoffice.errors import InvalidInput
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.batch_messages import JobReport
from backoffice.vendors.sign_messages import DesignedProduct
from catalog.services.custom_products import find_sign_shop, take_product
from catalog.services.pushing.jobs import apply_job_report


@callback_handler(JobReport)
def handle_job(callback: Callback, report: JobReport, vendor: CallsUs) -> ReportOutcome:
    """Apply what a poll would find, only sooner."""
    return apply_job_report(report)


@callback_response(DesignedProduct)
def design_response(callback: Callback, designed: DesignedProduct) -> CallbackResponse:
    """Make the product, once, and give the vendor our id of it. Raises InvalidInput when no shop can be told."""
    taken = take_product(designed, shop=find_sign_shop(callback.recipient))
    state = CallbackState.APPLIED if taken.is_new or taken.changed else CallbackState.KNOWN
    return CallbackResponse(ReportOutcome(state, subject=taken.product), {"external_id": taken.product.external_id})


@callback_handler(DesignedProduct)
def handle_design(callback: Callback, designed: DesignedProduct, vendor: CallsUs) -> ReportOutcome:
    """Do the same once more: a replay, or the response was lost."""
    try:
        return design_response(callback, designed).outcome
    except InvalidInput as error:
        return ReportOutcome(CallbackState.INVALID, note=error.text)
