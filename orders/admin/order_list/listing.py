"""The order list: one page of rows with all that they show, in a number of queries that does not depend on the page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext

from backoffice.staff.base import staff_user
from backoffice.staff.filter_form import FilterForm
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip, Tone
from backoffice.vendors.registry import vendor_title
from orders.admin.order_page.chips import status_chips
from orders.admin.parts import Part, parts_above_list, parts_for_marked
from orders.admin.pictures import pictures_of
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderEvent, OrderLine, OrderState, ShipmentState
from orders.services.filters import OrderFilters, filter_orders

THUMBNAILS = 3


@dataclass(frozen=True)
class Thumbnail:
    image: str
    title: str


@dataclass(frozen=True)
class OrderRow:
    """One row of the list.

    `key` is the order's as addresses have it, `lines` says how many it has, `reasons` why it waits,
    `vendor_titles` who makes it.
    """

    order: Order
    key: str
    chips: list[Chip]
    reasons: list[str]
    vendor_titles: list[str]
    thumbnails: list[Thumbnail]
    lines: str
    overdue: bool


class OrderList(ListPage[Order]):
    key = "orders"
    permission, change_permission = "orders.view_order", "orders.change_order"
    title = gettext_lazy("Orders")
    template_name = "orders/list.html"
    queryset = Order.objects.select_related("shop", "assignee").defer("search", "custom_properties")
    paginate_by = 40
    filter_class = OrderFilters
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Needs attention"), "view=needs"),
        (gettext_lazy("Mine"), "view=mine"),
        (gettext_lazy("New"), "state=new"),
        (gettext_lazy("Held"), "state=held"),
        (gettext_lazy("In production"), "production=in_production"),
        (gettext_lazy("Late"), "late=any"),
    )
    counts_rows = True
    counted_by_reading = frozenset({"q", "tag", "view"})
    counted_in_any_order = frozenset({"q", "tag"})
    columns = (
        ("col-customer", gettext_lazy("Customer")),
        ("col-lines", gettext_lazy("Lines")),
        ("col-vendor", gettext_lazy("Vendor")),
        ("col-total", gettext_lazy("Total")),
        ("col-age", gettext_lazy("Age")),
        ("col-ship", gettext_lazy("Ship by")),
        ("col-who", gettext_lazy("Assigned to")),
    )
    sorts = {"col-age": "pk", "col-ship": "ship_by", "col-total": "total"}
    search_words = gettext_lazy("Number, name, e-mail, postcode, SKU, tracking code …")
    empty_icon = "shopping_bag"
    late = Chip(Tone.AMBER, "schedule", gettext_lazy("late"), gettext_lazy("later than promised"))

    @cached_property
    def marked_parts(self) -> list[Part]:
        """Return what other apps offer for the marked orders."""
        return parts_for_marked(self.request)

    @property
    def parts_above(self) -> list[Part]:
        """What other apps offer beside the search."""
        return parts_above_list(self.request)

    @cached_property
    def may_mark(self) -> bool:
        user = self.request.user
        return user.has_perm("orders.change_order") or user.has_perm("jobs.view_job") or bool(self.marked_parts)

    def narrow(self, filters: FilterForm) -> QuerySet[Order]:
        return filter_orders(self.queryset.all(), filters.values, user=staff_user(self.request))

    def get_rows(self, found: list[Order]) -> list[OrderRow]:
        keys = [order.pk for order in found]
        lines = _first_lines(keys)
        pictures = pictures_of(line for some in lines.values() for line in some)
        counts, vendors = _counts(keys), _vendors(keys)
        reasons = _reasons(found)
        now = timezone.now()
        return [
            OrderRow(
                order=order,
                key=str(order.pk),
                chips=status_chips(order, reasons=reasons[order.pk]),
                reasons=[str(HoldReason(reason).label) for reason in reasons[order.pk]],
                vendor_titles=vendors[order.pk],
                thumbnails=[
                    Thumbnail(pictures.get((line.vendor, line.sku), ""), f"{line.quantity} × {line.name or line.sku}")
                    for line in lines[order.pk]
                ],
                lines=ngettext("%(count)s line", "%(count)s lines", counts[order.pk]) % {"count": counts[order.pk]},
                overdue=_is_overdue(order, now),
            )
            for order in found
        ]

    def get_related_version(self, keys: list[int]) -> int | None:
        return OrderEvent.objects.filter(order__in=keys).aggregate(newest=Max("pk"))["newest"]


def _first_lines(keys: list[int]) -> dict[int, list[OrderLine]]:
    rows: dict[int, list[OrderLine]] = defaultdict(list)
    lines = OrderLine.objects.filter(order__in=keys, position__lte=THUMBNAILS).order_by("order_id", "position")
    for line in lines.only("order_id", "vendor", "sku", "name", "quantity"):
        rows[line.order_id].append(line)
    return rows


def _counts(keys: list[int]) -> dict[int, int]:
    rows = OrderLine.objects.filter(order__in=keys).order_by().values_list("order_id")
    return defaultdict(int, rows.annotate(Count("pk")))


def _vendors(keys: list[int]) -> dict[int, list[str]]:
    """Return by order the titles of those who make any of it."""
    rows = OrderLine.objects.filter(order__in=keys).order_by("vendor").values_list("order_id", "vendor").distinct()
    vendors: dict[int, list[str]] = defaultdict(list)
    for key, vendor in rows:
        vendors[key].append(vendor_title(vendor))
    return vendors


def _reasons(orders: list[Order]) -> dict[int, list[str]]:
    """Return why each order waits, or what is alarming about one that has ended."""
    held = [order.pk for order in orders if order.state == OrderState.HELD]
    ended = [order.pk for order in orders if order.has_ended]
    reasons: dict[int, list[str]] = defaultdict(list)
    rows: list[tuple[int, str]] = []
    if held:
        rows += Hold.objects.filter(order__in=held, released_at__isnull=True).values_list("order_id", "reason")
    if ended:
        rows += OrderAlarm.objects.filter(order__in=ended, settled_at__isnull=True).values_list("order_id", "reason")
    for key, reason in rows:
        reasons[key].append(reason)
    return reasons


def _is_overdue(order: Order, now: datetime) -> bool:
    unshipped = order.shipment in (ShipmentState.NONE, ShipmentState.PARTIAL)
    return bool(order.ship_by and order.ship_by < now and unshipped and not order.has_ended)
