"""Everything the page of one order shows, read in a number of queries that does not depend on the order's size."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.engine.models import Push
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from catalog.services.custom_products import keys_of_products
from fulfillment.models import Shipment
from orders.admin.order_page.address_context import AddressContext, address_context
from orders.admin.order_page.chips import status_chips
from orders.admin.order_page.steps import ProgressStep, steps
from orders.admin.pictures import pictures_of
from orders.models import Design, Hold, Order, OrderAlarm, OrderLine, SuppliedLabel, VendorOrder, VendorOrderState
from orders.services.designs.ids import find_designs
from orders.services.editing.edits import can_edit
from orders.services.reports.manual import awaits_confirmation, can_record_progress
from orders.services.timeline import SENTENCES, describe


@dataclass(frozen=True)
class LineContext:
    """One line with its picture; money is net, in the order's currency. Margin is None while the cost is unknown.

    `design` is the line's, where it was opened through us.
    """

    line: OrderLine
    picture: str
    total: Decimal
    margin: Decimal | None
    margin_percent: int | None
    design: Design | None = None
    # Of the custom product that it is.
    custom_pk: int | None = None


@dataclass(frozen=True)
class VendorContext:
    """What one vendor has of the order: its row, how far it is, and what we sent."""

    vendor_order: VendorOrder
    chip: Chip
    steps: list[ProgressStep]
    pushes: list[Push]
    label: SuppliedLabel | None = None
    # Of a vendor that reports nothing: people record how far it is, and its answer to a cancellation.
    may_be_recorded: bool = False
    awaits_confirmation: bool = False


@dataclass(frozen=True)
class Action:
    """One thing to do: a button to `url`, or words when `refusal` says why not."""

    name: str
    label: str
    icon: str
    style: str
    url: str
    refusal: str = ""


@dataclass(frozen=True)
class OrderPageContext:
    """The order with its parts, and what is worked out of them. `vendor_names` are those that make any of it."""

    order: Order
    chips: list[Chip]
    lines: list[LineContext]
    net: Decimal
    margin: Decimal | None
    vendor_names: list[str]
    vendors: list[VendorContext]
    addresses: list[AddressContext]
    active_holds: list[Hold]
    alarms: list[OrderAlarm]
    timeline: Timeline

    @property
    def vendor_orders(self) -> list[VendorOrder]:
        return [vendor.vendor_order for vendor in self.vendors]


def order_context(pk: str | int) -> OrderPageContext | None:
    """Return what the page of that order shows, None when there is none."""
    if not str(pk).isdigit():
        return None
    order = _orders().filter(pk=pk).first()
    if order is None:
        return None
    lines = _lines(order)
    active, alarms = list(order.holds.all()), list(order.alarms.all())
    margins = [row.margin for row in lines]
    vendor_names = sorted({row.line.vendor for row in lines})
    return OrderPageContext(
        order=order,
        chips=status_chips(order, reasons=[*(hold.reason for hold in active), *(alarm.reason for alarm in alarms)]),
        lines=lines,
        net=sum((row.total for row in lines), Decimal(0)),
        margin=None if None in margins else sum((margin for margin in margins if margin is not None), Decimal(0)),
        vendor_names=vendor_names,
        vendors=_vendors(order),
        addresses=address_context(order, vendors=vendor_names),
        active_holds=active,
        alarms=alarms,
        timeline=read_timeline(order.events.all(), sentences=SENTENCES, describe=describe),
    )


def possible_actions(page: OrderPageContext) -> list[Action]:
    """Return what can be done now, the most likely next step first, by the guards that services ask under locks."""
    order = page.order
    actions = [
        ("release", _("Release"), "send", "primary", order.can_release(holds=page.active_holds)),
        ("edit", _("Edit"), "edit", "", can_edit(order)),
        ("hold", _("Hold"), "front_hand", "", order.can_hold()),
        ("cancel", _("Cancel the order"), "cancel", "", order.can_cancel(vendor_orders=page.vendor_orders)),
    ]
    return [
        Action(name, label, icon, style, reverse(f"admin:orders_order_{name}", args=[order.pk]), guard.reason)
        for name, label, icon, style, guard in actions
    ]


def _orders() -> QuerySet[Order]:
    return (
        Order.objects.select_related("shop", "assignee")
        .defer("search")
        .prefetch_related(
            "lines",
            "addresses",
            "documents",
            Prefetch("holds", Hold.objects.filter(released_at__isnull=True)),
            Prefetch("alarms", OrderAlarm.objects.filter(settled_at__isnull=True)),
            "vendor_orders__lines",
            Prefetch("shipments", Shipment.objects.prefetch_related("lines__line")),
        )
    )


def _lines(order: Order) -> list[LineContext]:
    lines = list(order.lines.all())
    pictures = pictures_of(lines)
    designs = find_designs(line.design_id for line in lines)
    customs = keys_of_products((line.custom_product for line in lines), shop=order.shop)
    return [
        _line(
            line,
            pictures.get((line.vendor, line.sku), ""),
            designs.get(line.design_id),
            customs.get(line.custom_product),
            currency=order.currency,
        )
        for line in lines
    ]


def _line(line: OrderLine, picture: str, design: Design | None, custom_pk: int | None, *, currency: str) -> LineContext:
    total = round_money(line.unit_price * line.quantity, currency=currency)
    if line.unit_cost is None:
        return LineContext(line, picture, total, None, None, design, custom_pk)
    margin = total - round_money(line.unit_cost * line.quantity, currency=currency)
    return LineContext(line, picture, total, margin, round(100 * margin / total) if total else None, design, custom_pk)


def _vendors(order: Order) -> list[VendorContext]:
    rows = list(order.vendor_orders.all())
    subject = VendorOrder._meta.label_lower
    pushes = Push.objects.filter(subject_type=subject, subject_id__in=[row.pk for row in rows]).order_by("pk")
    sent: dict[int, list[Push]] = defaultdict(list)
    for push in pushes:
        sent[push.subject_id].append(push)
    labels = {label.vendor_order_id: label for label in SuppliedLabel.objects.filter(vendor_order__in=rows)}
    shipped = {shipment.vendor_order_id for shipment in order.shipments.all()}
    return [
        VendorContext(
            row,
            VendorOrderState(row.state).chip(),
            steps(row, shipped=row.pk in shipped),
            sent[row.pk],
            labels.get(row.pk),
            may_be_recorded=bool(can_record_progress(order, row)),
            awaits_confirmation=awaits_confirmation(order, row),
        )
        for row in rows
    ]
