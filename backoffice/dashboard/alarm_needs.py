"""What came to light about orders that had ended."""

from django.db.models import Exists, OuterRef

from backoffice.dashboard.needs import Need, NeedGroup, assigned_to, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.models import OrderAlarm


def alarms() -> NeedGroup | None:
    """Return orders with alarms that nobody has settled, each by its oldest alarm."""
    unsettled = OrderAlarm.objects.filter(settled_at__isnull=True)
    earlier = unsettled.filter(order=OuterRef("order"), pk__lt=OuterRef("pk"))
    rows = unsettled.filter(~Exists(earlier)).select_related("order__assignee")
    return group_of(
        rows.order_by("raised_at", "pk"),
        title=_("Alarms at orders that have ended"),
        icon="notification_important",
        tone=Tone.RED,
        url=link("orders_order_changelist", query="?alarm=any"),
        permission="orders.change_order",
        needs=each(_need),
    )


def _need(alarm: OrderAlarm) -> Need:
    return Need(
        what=alarm.order.number,
        detail=alarm.text,
        since=alarm.raised_at,
        who=assigned_to(alarm.order.assignee),
        url=link("orders_order_change", alarm.order_id),
        action=_("Settle"),
    )
