"""Alarms: what is found about an order that has ended, shown to people until one of them settles it."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderAlarm

LONGEST_SETTLEMENT = 1000


def open_alarms(order: Order) -> QuerySet[OrderAlarm]:
    """Return what nobody has settled yet, oldest first."""
    return order.alarms.filter(settled_at__isnull=True)


def raise_alarm(order: Order, *, reason: HoldReason, text: str, actor: str) -> None:
    """Show `text` on the order's page and the home page until somebody settles it, with a line in the timeline.

    The same text while it is open is the same alarm; another one of the same reason stands beside it. The order must be
    locked.
    """
    if any((alarm.reason, alarm.text) == (reason, text) for alarm in open_alarms(order)):
        return
    order.alarms.create(reason=reason, text=text, raised_by=actor)
    order.events.create(actor=actor, kind="alarm.raised", params={"reason": reason, "text": text})


@transaction.atomic
def settle_alarm(alarm: OrderAlarm, *, actor: str, settlement: str) -> None:
    """Close the alarm; who settled it and what was done are kept with it and in the timeline.

    Raise InvalidInput unless `settlement` says what was done, Conflict when somebody was first.
    """
    settlement = settlement.strip()
    if not 0 < len(settlement) <= LONGEST_SETTLEMENT:
        text = _("Describe what was done about it, in at most %(longest)s characters.") % {
            "longest": LONGEST_SETTLEMENT
        }
        raise InvalidInput(text, errors={"settlement": [text]})
    order = Order.objects.locked(alarm.order_id)
    settled = open_alarms(order).filter(pk=alarm.pk)
    if not settled.update(settled_by=actor, settled_at=timezone.now(), settlement=settlement):
        raise Conflict(_("This alarm has already been settled."))
    order.events.create(actor=actor, kind="alarm.settled", params={"reason": alarm.reason, "note": settlement})
