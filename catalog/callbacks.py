"""What mypromo's callbacks about jobs mean. They are not signed, so one is believed for what it says of progress only:
whatever it says, the values are read back before anything counts as done.
"""

from typing import Any

from backoffice.models import Callback
from backoffice.models.callback import CallbackState
from backoffice.services.handlers import CallbackOutcome, callback_topic
from backoffice.vendors.batch_messages import JobReport
from backoffice.vendors.messages import Message
from catalog.services.jobs import apply_job_report


@callback_topic("mypromo", "jobs")
@callback_topic("mypromo-fulfiller", "jobs")
def handle_job(callback: Callback, message: Message, vendor: Any) -> CallbackOutcome:
    """The same as a poll, only sooner."""
    if not isinstance(message, JobReport):
        return CallbackOutcome(CallbackState.INVALID, note=f"{type(message).__name__} is not about a job")
    outcome = apply_job_report(message)
    return CallbackOutcome(outcome.state, subject=outcome.job.change_set if outcome.job else None)
