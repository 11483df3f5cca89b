"""When the actions of rules that edit an order may do so.

Both are done once an order and rule: what one rule changes may be the event of another, and no circle of rules goes on.
"""

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from orders.models import Order, OrderState, VendorOrder
from orders.rules.services.actions import NotNow
from orders.rules.services.context import RuleContext
from orders.services.editing.parts import OPEN
from orders.services.push_kinds import PLACE


def cannot_edit(context: RuleContext, *, cancel_requested: bool) -> str:
    """Return why nothing of the order is edited any more, as a key of REASONS; empty when it may be."""
    if context.state in (OrderState.CANCELLED, OrderState.CLOSED):
        return "ended"
    return "cancel_requested" if cancel_requested else ""


def wait_for_worker(order: Order) -> None:
    """Raise NotNow where only a worker that is sending a part right now stands in the way."""
    parts = VendorOrder.objects.filter(order=order, state__in=OPEN).values("pk")
    subject = VendorOrder._meta.label_lower
    busy = Push.objects.filter(kind=PLACE, subject_type=subject, subject_id__in=parts, state=PushState.IN_FLIGHT)
    if busy.exists():
        raise NotNow
