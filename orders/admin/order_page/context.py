"""Everything the page of one order shows, read in a number of queries that does not depend on the order's size."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from backoffice.amounts import money
from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.engine.models import Push
from backoffice.sight import may_see_personal_data, may_see_purchase_prices
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from backoffice.visibility import visible
from catalog.services.custom_products import keys_of_products
from fulfillment.models import Shipment
from orders.admin.order_page.address_context import AddressContext, address_context
from orders.admin.order_page.chips import status_chips
from orders.admin.order_page.cooling import Window, open_window
from orders.admin.order_page.steps import ProgressStep, steps
from orders.admin.order_page.totals import TotalRow, total_rows
from orders.admin.order_page.whereabouts import Whereabouts, whereabouts
from orders.admin.pictures import pictures_of
from orders.models import (
    Design,
    Hold,
    Order,
    OrderAlarm,
    OrderLine,
    SuppliedLabel,
    VendorOrder,
    VendorOrderLine,
    VendorOrderState,
)
from orders.models.vendor_order import IN_PROGRESS
from orders.services.designs.ids import find_designs
from orders.services.editing.edits import can_edit
from orders.services.file_states import (
    SuppliedFile,
    describe_files,
    files_of_line,
    files_of_order,
    needs_files,
    parts_of_lines,
)
from orders.services.reports.manual import awaits_confirmation, can_record_progress
from orders.services.silence import describe_unreadable
from orders.services.timeline import SENTENCES, describe

# Each comes together with one that says more: a hold with its reason, a refusal with the vendor's words.
_TOLD_BESIDE = ("order.held", "production.failed")


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
    # What its vendor has of it, and how far it is with each file.
    part: VendorOrderLine | None = None
    files: list[SuppliedFile] = field(default_factory=list)


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
    # Slips and labels that we supply, and what is wrong with files of this part.
    documents: list[SuppliedFile] = field(default_factory=list)
    file_troubles: list[str] = field(default_factory=list)
    # What it means that the status of this part cannot be updated.
    unreadable: str = ""


@dataclass(frozen=True)
class Action:
    """One thing to do: a button to `url`, or words when `refusal` says why not."""

    name: str
    label: str
    icon: str
    style: str
    url: str
    refusal: str = ""
    # Nothing is left to ask: the button does it, unless the pre-flight finds something.
    at_once: bool = False

    @property
    def shown_refusal(self) -> str:
        """Why not, where anybody would ask: not where it is done already, nor where the banner of a hold says it."""
        return self.refusal if self.name == "cancel" else ""


@dataclass(frozen=True)
class OrderPageContext:
    """The order with its parts, and what is worked out of them. `vendor_names` are those that make any of it."""

    order: Order
    chips: list[Chip]
    lines: list[LineContext]
    net: Decimal
    margin: Decimal | None
    total_rows: list[TotalRow]
    vendor_names: list[str]
    vendors: list[VendorContext]
    addresses: list[AddressContext]
    active_holds: list[Hold]
    alarms: list[OrderAlarm]
    timeline: Timeline
    whereabouts: Whereabouts
    window: Window | None

    @property
    def cost(self) -> Decimal | None:
        """What the vendors charge for the lines; None while it is not known of each."""
        return None if self.margin is None else self.net - self.margin

    @property
    def margin_left(self) -> Decimal | None:
        """What is left of the margin after the discount."""
        return None if self.margin is None else self.margin + sum((row.margin or Decimal(0)) for row in self.total_rows)

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
    vendors = [_with_files(vendor, order, lines) for vendor in _vendors(order)]
    vendor_names = sorted({row.line.vendor for row in lines})
    return OrderPageContext(
        order=order,
        chips=status_chips(
            order,
            reasons=[*(hold.reason for hold in active), *(alarm.reason for alarm in alarms)],
            on_backorder=not order.has_ended and any(row.line.backordered for row in lines),
        ),
        lines=lines,
        net=sum((row.total for row in lines), Decimal(0)),
        margin=None if None in margins else sum((margin for margin in margins if margin is not None), Decimal(0)),
        total_rows=total_rows(order),
        vendor_names=vendor_names,
        vendors=vendors,
        addresses=address_context(order, vendors=vendor_names),
        active_holds=active,
        alarms=alarms,
        timeline=read_timeline(order.events.exclude(kind__in=_TOLD_BESIDE), sentences=SENTENCES, describe=describe),
        window=open_window(order, [vendor.vendor_order for vendor in vendors]),
        whereabouts=whereabouts(order, holds=active, parcels=list(order.shipments.all())),
    )


def possible_actions(page: OrderPageContext) -> list[Action]:
    """Return what can be done now, the most likely next step first, by the guards that services ask under locks."""
    order = page.order
    release = _("Release")
    if (cost := getattr(page, "cost", None)) is not None:
        release = _("Release, %(amount)s at the vendor") % {"amount": money(cost, order.currency)}
    edits = [("edit", _("Edit"), "edit", "", can_edit(order))] if may_see_personal_data() else []
    actions = [
        ("release", release, "send", "primary", order.can_release(holds=page.active_holds)),
        *edits,
        ("hold", _("Hold"), "front_hand", "", order.can_hold()),
        ("cancel", _("Cancel the order"), "cancel", "", order.can_cancel(vendor_orders=page.vendor_orders)),
    ]
    return [
        Action(
            name,
            label,
            icon,
            style,
            reverse(f"admin:orders_order_{name}", args=[order.pk]),
            guard.reason,
            at_once=name == "release",
        )
        for name, label, icon, style, guard in actions
    ]


def _orders() -> QuerySet[Order]:
    return (
        visible(Order.objects.select_related("shop", "assignee", "merged_into"))
        .defer("search", "merged_into__search", "merged_into__custom_properties")
        .prefetch_related(
            "lines",
            "addresses",
            "documents",
            Prefetch("holds", Hold.objects.filter(released_at__isnull=True).select_related("owner")),
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
    parts = parts_of_lines(order)
    shown = (
        _line(
            line,
            pictures.get((line.vendor, line.sku), ""),
            designs.get(line.design_id),
            customs.get(line.custom_product),
            currency=order.currency,
        )
        for line in lines
    )
    return [_with_part(one, parts.get(one.line.pk)) for one in shown]


def _with_part(shown: LineContext, part: VendorOrderLine | None) -> LineContext:
    return replace(shown, part=part, files=files_of_line(shown.line, part))


def _with_files(vendor: VendorContext, order: Order, lines: list[LineContext]) -> VendorContext:
    """Add how far the vendor is with the files of this part, and what is wrong with them."""
    part = vendor.vendor_order
    documents = files_of_order(order.documents.all(), part)
    own = [file for one in lines if one.part and one.part.vendor_order_id == part.pk for file in one.files]
    troubles = describe_files(part, [*own, *documents]) if needs_files(part) else []
    return replace(vendor, documents=documents, file_troubles=troubles)


def _line(line: OrderLine, picture: str, design: Design | None, custom_pk: int | None, *, currency: str) -> LineContext:
    total = round_money(line.unit_price * line.quantity, currency=currency)
    if line.unit_cost is None or not may_see_purchase_prices():
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
            unreadable=describe_unreadable(row) if row.state in IN_PROGRESS and row.is_unreadable else "",
        )
        for row in rows
    ]
