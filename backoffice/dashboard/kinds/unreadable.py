"""Orders and production orders whose vendor was asked how they are, to no avail."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import InboxKind, Need, assigned_to, explained_in, link
from backoffice.dashboard.kinds.production import production_essentials
from backoffice.engine.models.reported import UNREADABLE_AFTER
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import vendor_title
from fulfillment.models import ProductionOrder
from fulfillment.services.production_pulling import unreadable_texts as texts_of_production
from orders.models import VendorOrder
from orders.models.vendor_order import IN_PROGRESS
from orders.services.silence import unreadable_texts as texts_of_orders


def _orders() -> QuerySet[VendorOrder]:
    return _due(VendorOrder.objects.filter(state__in=IN_PROGRESS))


def _production() -> QuerySet[ProductionOrder]:
    return _due(ProductionOrder.objects.to_do())


def _due(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(unreadable_since__lte=Now() - UNREADABLE_AFTER)


def _order_needs(parts: list[VendorOrder]) -> list[Need]:
    texts = texts_of_orders(parts)
    return [
        Need(
            what=f"{part.order.number} → {vendor_title(part.vendor)}",
            since=part.unreadable_since,
            url=link("orders_order_change", part.order_id),
            who=assigned_to(part.order.assignee),
            action=_("Find the cause"),
            **_cause(part.vendor, texts.get(part.pk)),
        )
        for part in parts
    ]


def _production_needs(rows: list[ProductionOrder]) -> list[Need]:
    texts = texts_of_production(rows)
    return [
        Need(
            what=row.reference or row.vendor_id,
            since=row.unreadable_since,
            url=link("fulfillment_productionorder_change", row.pk),
            action=_("Find the cause"),
            **_cause(row.vendor, texts.get(row.pk)),
        )
        for row in rows
    ]


def _cause(vendor: str, text: str | None) -> dict[str, Any]:
    """Return why, as the timeline has it: no line where the fault is ours, no words where they were erased."""
    if text is None:
        return {"detail": _("What the vendor returned could not be applied. The log of the workers says why.")}
    return explained_in(vendor, explain(vendor, text))


KINDS = [
    InboxKind(
        name="unreadable-orders",
        title=gettext_lazy("Orders whose status cannot be updated"),
        icon="phonelink_ring",
        tone=Tone.AMBER,
        place=195,
        see=("orders.view_order",),
        act="orders.change_order",
        rows=_orders,
        order_by=("unreadable_since", "pk"),
        since="unreadable_since",
        related=("order__assignee", "order__shop"),
        needs=_order_needs,
        owner="order__assignee_id",
        order="order_id",
        essentials=lambda part: order_essentials(part.order),
    ),
    InboxKind(
        name="unreadable-production",
        title=gettext_lazy("Production orders whose status cannot be updated"),
        icon="phonelink_ring",
        tone=Tone.AMBER,
        place=245,
        see=("fulfillment.view_productionorder",),
        act="fulfillment.dispatch_productionorder",
        rows=_production,
        order_by=("unreadable_since", "pk"),
        since="unreadable_since",
        needs=_production_needs,
        essentials=production_essentials,
    ),
]
