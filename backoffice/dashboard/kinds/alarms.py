"""What came to light about orders that had ended."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import InboxKind, Need, assigned_to, each, explained_in, link, page_of
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from orders.models import OrderAlarm


def _unsettled() -> QuerySet[OrderAlarm]:
    """Return the oldest alarm of each order that has any."""
    unsettled = OrderAlarm.objects.filter(settled_at__isnull=True)
    earlier = unsettled.filter(order=OuterRef("order"), pk__lt=OuterRef("pk"))
    return unsettled.filter(~Exists(earlier))


def _need(alarm: OrderAlarm) -> Need:
    return Need(
        what=alarm.order.number,
        **explained_in(alarm.vendor, explain(alarm.vendor, alarm.text)),
        since=alarm.raised_at,
        who=assigned_to(alarm.order.assignee),
        url=link("orders_order_change", alarm.order_id),
        action=_("Settle"),
    )


KINDS = [
    InboxKind(
        name="alarms",
        title=gettext_lazy("Alarms on closed orders"),
        icon="notification_important",
        tone=Tone.RED,
        place=130,
        see=("orders.view_order",),
        act="orders.change_order",
        rows=_unsettled,
        order_by=("raised_at", "pk"),
        since="raised_at",
        related=("order__assignee", "order__shop"),
        needs=each(_need),
        page=page_of("orders_order_changelist", query="?alarm=any"),
        owner="order__assignee_id",
        order="order_id",
        essentials=lambda alarm: order_essentials(alarm.order),
    )
]
