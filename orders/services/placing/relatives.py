"""Orders whose lines went to another one: what their vendors may still have of these lines."""

from dataclasses import dataclass

from django.db.models import Q

from backoffice.engine.models import Push
from backoffice.text.translatable import gettext as _
from orders.models import Hold, HoldReason, Order, OrderAlarm, VendorOrder
from orders.services.holds import hold_if_open
from orders.services.push_kinds import DISCARD

_SECOND = HoldReason.SECOND_AT_VENDOR


@dataclass(frozen=True)
class LeftBehind:
    """`submitted` is the number of an order of which a vendor makes what was given up as a draft, "" for none."""

    is_being_discarded: bool = False
    submitted: str = ""


def left_behind(order: Order) -> LeftBehind:
    """Return what vendors may still have of lines that came to this order from others. No query for an order that was
    never split, merged or edited.
    """
    if order.split_from_id is None and order.revision == 1:
        return LeftBehind()
    sources = Order.objects.filter(
        Q(pk=order.split_from_id or 0) | Q(merged_into__in=filter(None, (order.pk, order.split_from_id)))
    )
    numbers = dict(sources.values_list("pk", "number"))
    if not numbers:
        return LeftBehind()
    parts = VendorOrder.objects.filter(order__in=numbers).values("pk")
    discards = Push.objects.open().filter(
        kind=DISCARD, subject_type=VendorOrder._meta.label_lower, subject_id__in=parts
    )
    if discards.exists():
        return LeftBehind(is_being_discarded=True)
    if order.holds.filter(reason=_SECOND).exists():  # a person has decided about it, or is to
        return LeftBehind()
    holds = Hold.objects.filter(order__in=numbers, reason=_SECOND, released_at__isnull=True)
    alarms = OrderAlarm.objects.filter(order__in=numbers, reason=_SECOND, settled_at__isnull=True)
    found = [*holds.values_list("order", flat=True)[:1], *alarms.values_list("order", flat=True)[:1]]
    return LeftBehind(submitted=numbers[found[0]] if found else "")


def hold_for_submitted(order: int, number: str) -> None:
    """Hold the order, as its vendor makes something of the order that its lines came from."""
    text = _(
        "A vendor is producing something of order %(number)s that was discarded when it was split or merged. Find "
        "out there what it is, then release this hold or cancel the order."
    )
    hold_if_open(
        Order.objects.locked(order),
        reason=HoldReason.SECOND_AT_VENDOR,
        text=text % {"number": number},
        actor="system",
    )
