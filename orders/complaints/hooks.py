"""Where complaints take part in the way of an order: its timeline says what became of them."""

from orders.complaints.services.ending import reopen_without_remedy
from orders.complaints.services.opening import keep_whole
from orders.complaints.services.sentences import SENTENCES, describe_params
from orders.models import OrderState
from orders.services import timeline
from orders.services.hooks import can_regroup, describe_event, follow_events

timeline.SENTENCES.update(SENTENCES)
# What went wrong and who bears the cost is between staff.
timeline.STAFF_ONLY.append("complaint.")
describe_event.append(describe_params)
can_regroup.append(keep_whole)
follow_events([f"order.{OrderState.CANCELLED}"], reopen_without_remedy)
