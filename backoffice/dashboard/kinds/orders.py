"""Orders that need attention without being held: late, not yet released, or refused as an export."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Case, DateTimeField, F, QuerySet, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import InboxKind, Need, assigned_to, each, link, page_of
from backoffice.sight import PERSONAL_DATA, personal
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.marketing.models import ExportState, OrderExport
from orders.models import Order, OrderState, ShipmentState

# When it should have left; a vendor may call it late before that day.
_OVERDUE = Case(When(ship_by__lt=Now(), then=F("ship_by")), default=F("updated_at"), output_field=DateTimeField())


def _late(*shipment: ShipmentState) -> QuerySet[Order]:
    return Order.objects.filter(late=True, shipment__in=shipment).open()


def _new() -> QuerySet[Order]:
    return Order.objects.filter(state=OrderState.NEW)


def _refused_exports() -> QuerySet[OrderExport]:
    return OrderExport.objects.filter(state=ExportState.REFUSED).exclude(order__state=OrderState.CANCELLED)


def _overdue(order: Order) -> Need:
    is_past = order.ship_by is not None and order.ship_by < timezone.now()
    return _need(order, since=order.ship_by if is_past else order.updated_at, action=_("Find the cause"))


def _new_need(order: Order) -> Need:
    need = _need(order, since=order.created_at, action=_("Release"))
    return replace(need, at_once=link("orders_order_release", order.pk))


def _need(order: Order, *, since: Any, action: str) -> Need:
    return Need(
        what=order.number,
        detail=personal(order.customer_name or order.customer_email),
        since=since,
        who=assigned_to(order.assignee),
        url=link("orders_order_change", order.pk),
        action=action,
    )


def _export_need(export: OrderExport) -> Need:
    return Need(
        what=f"{export.order.number} → {vendor_title(export.vendor)}",
        detail=export.text,
        since=export.updated_at,
        who=assigned_to(export.order.assignee),
        url=link("orders_order_change", export.order_id),
        action=_("Correct"),
    )


def _orders(**more: Any) -> InboxKind:
    return InboxKind(
        see=("orders.view_order",),
        act="orders.change_order",
        order_by=("pk",),
        related=("assignee", "shop"),
        owner="assignee_id",
        order="pk",
        essentials=order_essentials,
        **more,
    )


KINDS = [
    _orders(
        name="late-production",
        title=gettext_lazy("Late at production"),
        icon="schedule",
        tone=Tone.AMBER,
        place=200,
        rows=partial(_late, ShipmentState.NONE, ShipmentState.PARTIAL),
        since=_OVERDUE,
        needs=each(_overdue),
        page=page_of("orders_order_changelist", query="?late=production"),
    ),
    _orders(
        name="late-delivery",
        title=gettext_lazy("Late in delivery"),
        icon="local_shipping",
        tone=Tone.AMBER,
        place=210,
        rows=partial(_late, ShipmentState.SHIPPED),
        since="updated_at",
        needs=each(lambda order: _need(order, since=order.updated_at, action=_("Find the cause"))),
        page=page_of("orders_order_changelist", query="?late=delivery"),
    ),
    _orders(
        name="to-release",
        title=gettext_lazy("Waiting for release"),
        icon="hourglass_empty",
        tone=Tone.GREY,
        place=250,
        rows=_new,
        since="created_at",
        needs=each(_new_need),
        page=page_of("orders_order_changelist", query="?state=new"),
    ),
    InboxKind(
        name="refused-exports",
        title=gettext_lazy("Rejected letters and reviews"),
        icon="unsubscribe",
        tone=Tone.AMBER,
        place=300,
        see=("orders.view_order", "marketing.view_orderexport", PERSONAL_DATA),
        act="marketing.export_orders",
        rows=_refused_exports,
        order_by=("updated_at", "pk"),
        since="updated_at",
        related=("order__assignee", "order__shop"),
        needs=each(_export_need),
        page=page_of("marketing_orderexport_changelist", query="?state=refused&open=1"),
        owner="order__assignee_id",
        order="order_id",
        essentials=lambda export: order_essentials(export.order),
    ),
]
