"""The list of complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.list_page import ListPage, Tab
from backoffice.states import Chip
from backoffice.visibility import visible
from orders.complaints.admin.chips import case_chips
from orders.complaints.models import Bearer, ClaimState, Complaint, ComplaintCause, ComplaintState, Refund, Replacement
from orders.models import Order, OrderEvent, OrderState
from orders.services.search import search_orders

COUNTED = 1000
_DUE = Refund.objects.filter(complaint=OuterRef("pk"), paid_at__isnull=True, withdrawn_at__isnull=True)


class ComplaintFilters(FilterForm):
    """Without `show` the open ones."""

    DATED = "opened_at"
    HIDDEN = ("show",)
    show = forms.ChoiceField(
        required=False, choices=[(name, "") for name in ("claim", "late", "answer", "refund", "all")]
    )
    cause = choice_field(_("Cause"), ComplaintCause.choices)
    vendor = choice_field(_("Vendor"), vendor_choices)
    bearer = choice_field(_("Cost borne by"), Bearer.choices)
    since = day_field(_("Recorded from"))
    until = day_field(_("Recorded until"))

    def condition(self, name: str, value: Any) -> Q:
        return shown(value) if name == "show" else super().condition(name, value)

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(rows if "show" in self.values else rows.filter(shown("")))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by the complaint's own number, or whatever finds its order or the replacement."""
        number = text.upper().removeprefix("C-")
        if number.isascii() and number.isdigit() and len(number) < 10:
            return rows.filter(Q(pk=int(number)) | Q(order__in=search_orders(Order.objects.all(), text)))
        found = search_orders(Order.objects.all(), text)
        return rows.filter(
            Q(order__in=found) | Exists(Replacement.objects.filter(complaint=OuterRef("pk"), order__in=found))
        )


def shown(name: str) -> Q:
    """Return which complaints a tab has."""
    opened = Q(state=ComplaintState.OPEN)
    return {
        "claim": opened & Q(claim=ClaimState.DUE),
        "late": opened & Q(claim=ClaimState.DUE, deadline__lt=timezone.now()),
        "answer": opened & Q(claim=ClaimState.SENT),
        "refund": Exists(_DUE) & opened,
        "all": Q(),
    }.get(name, opened)


@dataclass(frozen=True)
class ComplaintRow:
    """A complaint with its pieces and what is done about it."""

    complaint: Complaint
    pieces: str
    chips: list[Chip]
    replacement: Order | None
    refunds: list[Refund]


class ComplaintList(ListPage[Complaint]):
    """Open ones first to be seen."""

    title = _("Complaints")
    template_name = "complaints/list.html"
    queryset = Complaint.objects.select_related("order").defer("order__search")
    filter_class = ComplaintFilters
    search_words = _("Complaint, order, customer, SKU …")
    empty_icon = "assignment_late"
    views = (
        (_("Open"), ""),
        (_("Claims to send"), "show=claim"),
        (_("Past the deadline"), "show=late"),
        (_("Waiting for an answer"), "show=answer"),
        (_("Refunds to pay"), "show=refund"),
        (_("All"), "show=all"),
    )

    def get_queryset(self) -> QuerySet[Complaint]:
        return super().get_queryset().prefetch_related("lines__line", "replacements__order", "refunds")

    def get_related_version(self, keys: list[int]) -> int | None:
        events = OrderEvent.objects.filter(order__complaints__in=keys)
        return events.aggregate(newest=Max("pk"))["newest"]

    def get_tabs(self) -> list[Tab]:
        """Count what waits; all that ever were is no work."""
        counts = {"": "", "show=claim": "claim", "show=late": "late", "show=answer": "answer", "show=refund": "refund"}
        return [
            Tab(tab.title, tab.query, tab.current, _count(counts[tab.query]) if tab.query in counts else None)
            for tab in super().get_tabs()
        ]

    def get_rows(self, found: list[Complaint]) -> Sequence[ComplaintRow]:
        return [_row(complaint) for complaint in found]


def _count(name: str) -> int:
    return visible(Complaint.objects.filter(shown(name))).values("pk")[:COUNTED].count()


def _row(complaint: Complaint) -> ComplaintRow:
    made = [row.order for row in complaint.replacements.all() if row.order.state != OrderState.CANCELLED]
    refunds = [row for row in complaint.refunds.all() if row.withdrawn_at is None]
    pieces = ", ".join(str(row) for row in complaint.lines.all())
    return ComplaintRow(complaint, pieces, case_chips(complaint), made[-1] if made else None, refunds)
