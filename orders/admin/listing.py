"""The order list: one page of rows with all that they show, in a number of queries that does not depend on the page."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.admin.base import staff_user
from backoffice.admin.keyset import page_of
from backoffice.states import Chip, Tone
from backoffice.translatable import gettext as _
from catalog.models import Variant
from catalog.services.custom_products import pictures_of_products
from orders.admin import chips
from orders.admin.filters import OrderFilters, filter_orders
from orders.admin.tabs import tabs
from orders.models import Hold, Order, OrderAlarm, OrderLine, OrderState, ShipmentState
from orders.services.placing.single_call import one_call_vendors

SIZE = 40
THUMBNAILS = 3


@dataclass(frozen=True)
class Thumbnail:
    image: str
    title: str


@dataclass(frozen=True)
class OrderRow:
    """One row of the list; `lines` says how many the order has."""

    order: Order
    chips: list[Chip]
    thumbnails: list[Thumbnail]
    lines: str
    overdue: bool


def listing(request: HttpRequest) -> dict[str, Any]:
    """The context of the list page."""
    filters = OrderFilters(request.GET)
    orders = filter_orders(Order.objects.all(), filters.values, user=staff_user(request))
    orders = orders.select_related("shop", "assignee").defer("search", "custom_properties", "note")
    page = page_of(orders, request.GET, size=SIZE)
    return {
        "filters": filters,
        "tabs": tabs(request.GET, staff_user(request)),
        "page": page,
        "rows": _rows(page.rows),
        "late": Chip(Tone.AMBER, "schedule", _("late"), _("later than promised")),
        "searched": filters.values.get("q", ""),
    }


def _rows(orders: list[Order]) -> list[OrderRow]:
    keys = [order.pk for order in orders]
    lines = _first_lines(keys)
    pictures = pictures_of(line for some in lines.values() for line in some)
    counts = _counts(keys)
    reasons = _reasons(orders)
    now = timezone.now()
    return [
        OrderRow(
            order=order,
            chips=chips.axes(order, reasons=reasons[order.pk]),
            thumbnails=[
                Thumbnail(pictures.get((line.vendor, line.sku), ""), f"{line.quantity} × {line.name or line.sku}")
                for line in lines[order.pk]
            ],
            lines=ngettext("%(count)s line", "%(count)s lines", counts[order.pk]) % {"count": counts[order.pk]},
            overdue=_is_overdue(order, now),
        )
        for order in orders
    ]


def pictures_of(lines: Iterable[OrderLine]) -> dict[tuple[str, str], str]:
    """{(vendor, SKU): picture's address} of what the catalogue knows. One query, one more where signs were bought."""
    makers = set(one_call_vendors())
    wanted = {(line.vendor, line.sku) for line in lines if line.sku}
    signs = {sku: vendor for vendor, sku in wanted if vendor in makers}
    found = Variant.objects.filter(sku__in={sku for vendor, sku in wanted if vendor not in makers}).exclude(
        image_url=""
    )
    shown = {(vendor, sku): image for vendor, sku, image in found.values_list("vendor", "sku", "image_url")}
    for sku, (pk, position) in pictures_of_products(signs).items():
        shown[signs[sku], sku] = reverse("admin:catalog_customproduct_picture", args=[pk, position])
    return shown


def _first_lines(keys: list[int]) -> dict[int, list[OrderLine]]:
    rows: dict[int, list[OrderLine]] = defaultdict(list)
    lines = OrderLine.objects.filter(order__in=keys, position__lte=THUMBNAILS).order_by("order_id", "position")
    for line in lines.only("order_id", "vendor", "sku", "name", "quantity"):
        rows[line.order_id].append(line)
    return rows


def _counts(keys: list[int]) -> dict[int, int]:
    rows = OrderLine.objects.filter(order__in=keys).order_by().values_list("order_id")
    return defaultdict(int, rows.annotate(Count("pk")))


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
