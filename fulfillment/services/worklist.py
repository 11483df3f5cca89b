"""What is to be made and shipped now, and how much is done: reads only, each in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.text.datetimes import start_of_day
from fulfillment.models import ParcelState, ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.models.production_order import ProductionOrderQuerySet
from fulfillment.services.work_search import search_work

PAGE_SIZE = 50


class Section(TextChoices):
    """Which part of the work; an order may be in several."""

    ALL = "all", _("To do")
    EXPRESS = "express", _("Express")
    DUE_TODAY = "due_today", _("Due today")  # its last shipping day is today
    LATE = "late", _("Late")  # its last shipping day is over, or the vendor calls it late
    OPEN_WINDOW = "open_window", _("Can be shipped now")


@dataclass(frozen=True)
class WorkFilter:
    """Empty means "any". `product` is a SKU, the vendor's or ours; days are those of the desk's time zone. `text` is
    looked for as `search_work` does, in all that the other filters leave.
    """

    section: Section = Section.ALL
    product: str = ""
    printing_method: str = ""
    merchant: str = ""
    ships_from: date | None = None
    ships_until: date | None = None
    text: str = ""


@dataclass(frozen=True)
class WorkCursor:
    """Where a page ends: the next one begins after it, whatever was shipped or came in meanwhile."""

    is_express: bool
    due_at: datetime
    pk: int


@dataclass(frozen=True)
class WorkPage:
    """Orders with items, labels, files and parcels loaded; `next` is None on the last page."""

    orders: list[ProductionOrder]
    next: WorkCursor | None


def list_work(requested: WorkFilter, *, after: WorkCursor | None = None, size: int = PAGE_SIZE) -> WorkPage:
    """Return a page of orders to do: express first, then by last time to ship. Six queries, however long the list."""
    rows = _filtered(requested).order_by("-is_express", "due_at", "pk")
    if after is not None:
        rows = rows.filter(_behind(after))
    found = list(rows.prefetch_related("items", "labels__parcel", "files", "shipments")[: size + 1])
    orders = found[:size]
    if len(found) <= size:
        return WorkPage(orders, None)
    last = orders[-1]
    return WorkPage(orders, WorkCursor(is_express=last.is_express, due_at=last.due_at, pk=last.pk))


def count_work() -> dict[str, int]:
    """Return how many orders each section has, in one query; not those of the open window, which are most."""
    counted = (Section.ALL, Section.DUE_TODAY, Section.LATE, Section.EXPRESS)
    counts = {section.value: Count("pk", filter=_section(section)) for section in counted}
    return ProductionOrder.objects.to_do().aggregate(**counts)


def list_merchants() -> list[str]:
    """Return whose orders are to do."""
    rows = ProductionOrder.objects.to_do().exclude(merchant="")
    return list(rows.order_by("merchant").values_list("merchant", flat=True).distinct())


def list_printing_methods() -> list[str]:
    """Return what the orders to do need."""
    items = ProductionItem.objects.filter(production_order__in=ProductionOrder.objects.to_do())
    rows = items.exclude(printing_methods=[]).values_list("printing_methods", flat=True)
    return sorted({method for methods in rows for method in methods})


def count_shipped_per_day(*, days: int = 30) -> dict[date, int]:
    """Return the parcels reported on each of the last days, today included, oldest first; days without any are 0."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    rows = _reported_since(first).annotate(day=TruncDate("reported_at")).values_list("day")
    counts = dict(rows.annotate(Count("pk")).order_by("day"))
    return {day: counts.get(day, 0) for day in (first + timedelta(days=n) for n in range(days))}


def count_shipped_by_carrier(*, days: int = 30) -> dict[str, int]:
    """Return the parcels reported in the last days by carrier, most first."""
    first = timezone.localdate() - timedelta(days=days - 1)
    rows = _reported_since(first).values_list("carrier").annotate(count=Count("pk"))
    return dict(rows.order_by("-count", "carrier"))


def orders_of_section(section: Section) -> ProductionOrderQuerySet:
    """Return the orders to do that the section of the work list shows, unordered."""
    return _filtered(WorkFilter(section=section))


def _filtered(requested: WorkFilter) -> ProductionOrderQuerySet:
    rows = ProductionOrder.objects.to_do().filter(_section(requested.section))
    items = ProductionItem.objects.filter(production_order=OuterRef("pk"))
    if requested.merchant:
        rows = rows.filter(merchant=requested.merchant)
    if product := requested.product:
        rows = rows.filter(Exists(items.filter(Q(sku=product) | Q(sku_fulfiller=product))))
    if requested.printing_method:
        rows = rows.filter(Exists(items.filter(printing_methods__contains=[requested.printing_method])))
    if requested.ships_from:
        rows = rows.filter(due_at__gte=start_of_day(requested.ships_from))
    if requested.ships_until:
        rows = rows.filter(due_at__lt=start_of_day(requested.ships_until + timedelta(days=1)))
    return search_work(rows, requested.text) if requested.text else rows


def _section(section: Section) -> Q:
    tomorrow = start_of_day(timezone.localdate() + timedelta(days=1))
    match section:
        case Section.DUE_TODAY:
            return Q(due_at__gte=start_of_day(timezone.localdate()), due_at__lt=tomorrow)
        case Section.LATE:
            return Q(late=True) | Q(due_at__lt=timezone.now())
        case Section.EXPRESS:
            return Q(is_express=True)
        case Section.OPEN_WINDOW:
            return Q(shipping_earliest=None) | Q(shipping_earliest__lt=tomorrow)
    return Q()


def _behind(cursor: WorkCursor) -> Q:
    """Return what comes after in the list: express ones come before all others."""
    later = Q(due_at__gt=cursor.due_at) | Q(due_at=cursor.due_at, pk__gt=cursor.pk)
    return Q(is_express=cursor.is_express) & later | (Q(is_express=False) if cursor.is_express else Q(pk__in=[]))


def _reported_since(first: date) -> QuerySet[ProductionShipment]:
    return ProductionShipment.objects.filter(state=ParcelState.REPORTED, reported_at__gte=start_of_day(first))
