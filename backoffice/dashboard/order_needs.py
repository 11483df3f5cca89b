"""Orders that wait for a person: held, late, or not yet released."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from backoffice.dashboard.needs import COUNTED, SHOWN, Need, NeedGroup, assigned_to, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.marketing.models import ExportState, OrderExport
from orders.models import Hold, HoldReason, Order, OrderState, ShipmentState

# What a reason wants, the most urgent first.
HOLDS = {
    HoldReason.VENDOR_REFUSED: gettext_noop("Decide"),
    HoldReason.VENDOR_CANCELLED: gettext_noop("Decide"),
    HoldReason.DIFFERS_AT_VENDOR: gettext_noop("Decide"),
    HoldReason.SECOND_AT_VENDOR: gettext_noop("Decide"),
    HoldReason.BAD_FILE: gettext_noop("Exchange the file"),
    HoldReason.BAD_ADDRESS: gettext_noop("Correct the address"),
    HoldReason.INVALID_INPUT: gettext_noop("Decide"),
    HoldReason.UNAVAILABLE: gettext_noop("Decide"),
    HoldReason.ODD_PRICE: gettext_noop("Check the prices"),
    HoldReason.OUT_OF_STOCK: gettext_noop("Decide"),
    HoldReason.POSSIBLE_DUPLICATE: gettext_noop("Compare"),
    HoldReason.RULE: gettext_noop("Look"),
    HoldReason.MANUAL: gettext_noop("Look"),
}


def held() -> list[NeedGroup]:
    """Return one group per reason of an active hold. Two queries, over active holds only."""
    active = Hold.objects.filter(released_at__isnull=True)
    counts = dict(active.order_by().values_list("reason").annotate(Count("order", distinct=True)))
    oldest = _oldest_of(active, reasons=counts)
    groups = []
    # A reason that is not listed above is shown all the same, after those that are.
    for reason in dict.fromkeys([*HOLDS, *HoldReason]):
        action = HOLDS.get(reason, gettext_noop("Look"))
        if not (count := counts.get(reason, 0)):
            continue
        needs = [_held_need(hold, _(action)) for hold in oldest if hold.reason == reason]
        title = _("Held: %(reason)s") % {"reason": reason.label}
        url = link("orders_order_changelist", query=f"?hold={reason}")
        groups.append(
            NeedGroup(title, reason.icon, reason.tone, min(count, COUNTED), needs, url, "orders.change_order")
        )
    return groups


def _oldest_of(active: QuerySet[Hold], *, reasons: Iterable[str]) -> list[Hold]:
    """Return the oldest few of each reason, oldest first. Each is read off the end of the index, however many wait."""
    ends = [active.filter(reason=reason).order_by("placed_at", "pk").values("pk")[:SHOWN] for reason in reasons]
    if not ends:
        return []
    few = Hold.objects.filter(pk__in=ends[0].union(*ends[1:], all=True))
    return list(few.select_related("order__assignee").order_by("placed_at", "pk"))


def late_at_production() -> NeedGroup | None:
    rows = _late().filter(shipment__in=[ShipmentState.NONE, ShipmentState.PARTIAL])
    return group_of(
        rows,
        title=_("Late at production"),
        icon="schedule",
        tone=Tone.AMBER,
        url=link("orders_order_changelist", query="?late=production"),
        permission="orders.change_order",
        needs=each(lambda order: _order_need(order, since=_overdue_since(order))),
    )


def late_in_delivery() -> NeedGroup | None:
    rows = _late().filter(shipment=ShipmentState.SHIPPED)
    return group_of(
        rows,
        title=_("Late in delivery"),
        icon="local_shipping",
        tone=Tone.AMBER,
        url=link("orders_order_changelist", query="?late=delivery"),
        permission="orders.change_order",
        needs=each(lambda order: _order_need(order, since=order.updated_at)),
    )


def waiting_for_release() -> NeedGroup | None:
    rows = Order.objects.filter(state=OrderState.NEW).select_related("assignee").order_by("pk")
    return group_of(
        rows,
        title=_("Waiting for release"),
        icon="hourglass_empty",
        tone=Tone.GREY,
        url=link("orders_order_changelist", query="?state=new"),
        permission="orders.change_order",
        needs=each(lambda order: _order_need(order, since=order.created_at, action=_("Release"))),
    )


def refused_exports() -> NeedGroup | None:
    """Return orders that a vendor of letters or reviews did not take."""
    rows = OrderExport.objects.filter(state=ExportState.REFUSED).exclude(order__state=OrderState.CANCELLED)
    rows = rows.select_related("order__assignee")
    return group_of(
        rows.order_by("updated_at"),
        title=_("Not taken by a vendor that was told"),
        icon="unsubscribe",
        tone=Tone.AMBER,
        url=link("marketing_orderexport_changelist", query="?state=refused&open=1"),
        permission="marketing.export_orders",
        needs=each(_export_need),
    )


def _export_need(export: OrderExport) -> Need:
    return Need(
        what=f"{export.order.number} → {export.vendor}",
        detail=export.text,
        since=export.updated_at,
        who=assigned_to(export.order.assignee),
        url=link("orders_order_change", export.order_id),
        action=_("Correct"),
    )


def _late() -> QuerySet[Order]:
    return Order.objects.filter(late=True).open().select_related("assignee").order_by("pk")


def _overdue_since(order: Order) -> datetime:
    """Return when it should have left; a vendor may call it late before that day."""
    if order.ship_by and order.ship_by < timezone.now():
        return order.ship_by
    return order.updated_at


def _order_need(order: Order, *, since: datetime | None, action: str = "") -> Need:
    return Need(
        what=order.number,
        detail=order.customer_name or order.customer_email,
        since=since,
        who=assigned_to(order.assignee),
        url=link("orders_order_change", order.pk),
        action=action or _("Look"),
    )


def _held_need(hold: Hold, action: str) -> Need:
    return Need(
        what=hold.order.number,
        detail=hold.text or hold.order.customer_name,
        since=hold.placed_at,
        who=assigned_to(hold.order.assignee),
        url=link("orders_order_change", hold.order_id),
        action=action,
    )
