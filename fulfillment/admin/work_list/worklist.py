"""The work list: cards of what is to be made and shipped, the most pressing first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from backoffice.staff.filter_form import ANY, FilterForm, day_field
from backoffice.staff.list_page import ListPage, Tab
from backoffice.staff.live import HEADER, Live, live_version, versions_of
from backoffice.staff.text_fields import LineField
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.chips import marks
from fulfillment.admin.production_page.guard import may_open, order_url
from fulfillment.admin.production_page.pictures import pictures_of
from fulfillment.admin.production_page.steps import NextStep, next_step
from fulfillment.models import ProductionEvent, ProductionItem, ProductionOrder
from fulfillment.services.production_reports import NEVER
from fulfillment.services.worklist import (
    Section,
    WorkCursor,
    WorkFilter,
    WorkPage,
    count_work,
    list_merchants,
    list_printing_methods,
    list_work,
)

# Of an order with more, the card says how many there are: all cards are of one height.
ITEMS_SHOWN, PICTURES_SHOWN = 2, 4
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class WorkFilters(FilterForm):
    """What the list is narrowed to. Merchants and methods are offered, but any other is taken too: a link is a view."""

    HIDDEN = ("section",)

    section = forms.ChoiceField(required=False, choices=Section.choices)
    product = LineField(label=gettext_lazy("Product"), required=False, max_length=100)
    printing_method = LineField(label=gettext_lazy("Printing method"), required=False, max_length=100)
    merchant = LineField(label=gettext_lazy("Merchant"), required=False, max_length=200)
    ships_from = day_field(gettext_lazy("Due from"))
    ships_until = day_field(gettext_lazy("Due until"))

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for name, offered in (("printing_method", list_printing_methods()), ("merchant", list_merchants())):
            choices = [(ANY, _("any")), *((one, one) for one in offered)]
            self.fields[name].widget = forms.Select(choices=choices)

    @property
    def requested(self) -> WorkFilter:
        """The filters as the service takes them."""
        values = self.values
        text, section = values.pop("q", ""), Section(values.pop("section", Section.ALL))
        return WorkFilter(section=section, text=text, **values)


@dataclass(frozen=True)
class WorkCard:
    """One production order as the list shows it: the first of its items, and pictures of them where there are any."""

    order: ProductionOrder
    items: list[ProductionItem]
    more_items: int
    pictures: list[str]
    pieces: int
    methods: list[str]
    marks: list[Chip]
    next: NextStep

    @property
    def has_due(self) -> bool:
        return self.order.due_at != NEVER


class WorkList(ListPage[ProductionOrder]):
    """Cards instead of a table, in groups; a fixed number of queries, however many cards."""

    key = "production"
    permission, change_permission = "fulfillment.view_productionorder", "fulfillment.dispatch_productionorder"
    title = gettext_lazy("Work list")
    template_name = "fulfillment/worklist.html"
    search_words = gettext_lazy("Scan or search: order, reference, SKU, tracking code")
    filter_class = WorkFilters
    empty_icon = "task_alt"
    marks_permissions = ("fulfillment.dispatch_productionorder",)
    filters: WorkFilters

    def get_tabs(self) -> list[Tab]:
        counts, current = count_work(), self.filters.requested.section
        sections = [
            Tab(section.label, self._query(section=section.value), section == current, counts.get(section.value))
            for section in Section
        ]
        return [*sections, *super().get_tabs()]

    @cached_property
    def work(self) -> WorkPage:
        return list_work(self.filters.requested, after=read_cursor(self.request.GET.get("after", "")))

    def get_redirect(self) -> str:
        """Return the page of the only one found: scanning what stands on a paper or a parcel opens it."""
        is_asked = (
            self.filters.requested.text and "after" not in self.request.GET and HEADER not in self.request.headers
        )
        found = self.work.orders if is_asked else []
        return order_url(found[0]) if len(found) == 1 else ""

    def get_version(self) -> Live:
        keys = [order.pk for order in self.work.orders]
        newest = ProductionEvent.objects.filter(production_order__in=keys).aggregate(newest=Max("pk"))
        return live_version(keys, versions_of(self.work.orders), newest)

    def get_context_data(self) -> dict[str, Any]:
        page = self.work
        pictures = pictures_of(page.orders, may_open=may_open(self.request))
        cards = [_card(order, pictures) for order in page.orders]
        return {
            "list": self,
            "filters": self.filters,
            "searched": self.filters.requested.text,
            "tabs": self.get_tabs(),
            # Cards that are due together, in the list's order: express ones first, then day by day.
            "rows": [(title, list(some)) for title, some in groupby(cards, key=_group_title)],
            "older": f"?{self._query(after=write_cursor(page.next))}" if page.next else "",
            "newest": f"?{self._query()}" if "after" in self.request.GET else "",
        }

    def _query(self, **changes: str) -> str:
        """Return the page's own address with these changes, from the first page on unless `after` is among them."""
        kept = self.request.GET.copy()
        kept.pop("after", None)
        for name, value in changes.items():
            kept[name] = value
        return kept.urlencode()


def read_cursor(text: str) -> WorkCursor | None:
    """Return the cursor that an address names; None where it names none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    express, ticks, pk = map(int, parts)
    try:
        return WorkCursor(is_express=bool(express), due_at=_EPOCH + ticks * _TICK, pk=pk)
    except OverflowError:
        return None


def write_cursor(cursor: WorkCursor) -> str:
    """Return the cursor as it stands in an address."""
    return f"{int(cursor.is_express)}.{(cursor.due_at - _EPOCH) // _TICK}.{cursor.pk}"


def _card(order: ProductionOrder, pictures: dict[int, str]) -> WorkCard:
    items = [item for item in order.items.all() if item.remaining] or list(order.items.all())
    return WorkCard(
        order=order,
        items=items[:ITEMS_SHOWN],
        more_items=len(items[ITEMS_SHOWN:]),
        pictures=[pictures[item.pk] for item in items if item.pk in pictures][:PICTURES_SHOWN],
        pieces=sum(item.remaining for item in items),
        methods=sorted({method for item in items for method in item.printing_methods}),
        marks=marks(order),
        next=next_step(order),
    )


def _group_title(card: WorkCard) -> Any:
    if card.order.is_express:
        return _("Express")
    if not card.has_due:
        return _("No date")
    due, today = timezone.localtime(card.order.due_at).date(), timezone.localdate()
    if due < today:
        return _("Overdue")
    if due == today:
        return _("Due today")
    if due == today + timedelta(days=1):
        return _("Due tomorrow")
    return _("Due %(day)s") % {"day": date_format(due, "DATE_FORMAT")}
