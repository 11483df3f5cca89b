"""What callbacks about the catalogue mean.

mypromo's about jobs are not signed, so one is believed for what it says of progress only: whatever it says, the values
are read back before anything counts as done. Sign Customiser's about a designed product is a question: a shopper waits.
"""

from typing import Any

from backoffice.errors import InvalidInput
from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import CallbackAnswer, callback_answer, callback_topic
from backoffice.services.reports import ReportOutcome
from backoffice.vendors.base import InvalidCallback
from backoffice.vendors.batch_messages import JobReport
from backoffice.vendors.messages import Message
from backoffice.vendors.sign_messages import DesignedProduct
from catalog.services.custom_products import find_sign_shop, take_product
from catalog.services.pushing.jobs import apply_job_report


@callback_topic("mypromo", "jobs")
@callback_topic("mypromo-fulfiller", "jobs")
def handle_job(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """The same as a poll, only sooner."""
    if not isinstance(message, JobReport):
        return ReportOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about a job")
    return apply_job_report(message)


@callback_answer("sign-customiser", "product-created")
def answer_design(callback: Callback, message: Message) -> CallbackAnswer:
    """The product is made, once, and the vendor gets our id of it. Raises InvalidInput when no shop can be told."""
    if not isinstance(message, DesignedProduct):
        raise InvalidCallback(f"{type(message).__name__} is not about a product")
    taken = take_product(message, shop=find_sign_shop(callback.recipient))
    state = CallbackState.APPLIED if taken.is_new or taken.changed else CallbackState.KNOWN
    return CallbackAnswer(ReportOutcome(state, subject=taken.product), {"external_id": taken.product.external_id})


@callback_topic("sign-customiser", "product-created")
def handle_design(callback: Callback, message: Message, vendor: Any) -> ReportOutcome:
    """A replay, or the answer was lost on the way: the same once more."""
    try:
        return answer_design(callback, message).outcome
    except InvalidInput as error:
        return ReportOutcome(CallbackState.INVALID, note=error.text)
