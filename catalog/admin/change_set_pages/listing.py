"""The list of change sets, and the rows of one, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backoffice.sight import purchase_price
from backoffice.staff.filter_form import FilterForm, choice_field, vendor_choices
from backoffice.staff.keyset import ascending_page
from backoffice.staff.list_page import ListPage
from backoffice.staff.text_fields import searched_text
from backoffice.states import Chip
from catalog.labels import describe_value, key_label
from catalog.models import Change, ChangeKind, ChangeSet, ChangeSetState, ChangeState, Product
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.prices import margin_after
from catalog.services.change_sets.texts import RESET
from catalog.services.change_sets.values import Line, Value

ROWS_SHOWN = 100
LONGEST_SHOWN = 300
OPEN = (ChangeSetState.DRAFT, ChangeSetState.CHECKED, ChangeSetState.APPROVED, ChangeSetState.SCHEDULED)


class ChangeSetFilters(FilterForm):
    CONDITIONS = {("state", "open"): Q(state__in=OPEN)}

    state = choice_field(_("State"), [("open", _("open")), *ChangeSetState.choices])
    kind = choice_field(_("Kind"), ChangeKind.choices)
    vendor = choice_field(_("Vendor"), vendor_choices)

    def search(self, rows: QuerySet[ChangeSet], text: str) -> QuerySet[ChangeSet]:
        holding = Change.objects.filter(sku=text).values("change_set_id")
        return rows.filter(Q(title__icontains=text) | Q(pk__in=holding))


@dataclass(frozen=True)
class LineRow:
    """One value: before, after, by how much in percent, and the margin that is left (None where there is none)."""

    name: str
    before: str
    after: str
    move: Decimal | None
    margin: Decimal | None


@dataclass(frozen=True)
class Loss:
    """A value that would vanish at the vendor, and whether a person has confirmed that."""

    key: str
    name: str
    current: str
    confirmed: bool


@dataclass(frozen=True)
class ChangeRow:
    change: Change
    chip: Chip
    lines: list[LineRow]
    losses: list[Loss]


@dataclass(frozen=True)
class RowsPage:
    """Rows by ascending key, in groups of one product (None for SKUs we do not have). `first` and `next` are queries,
    None where there is nothing to go to.
    """

    groups: list[tuple[Product | None, list[ChangeRow]]]
    first: str | None
    next: str | None
    shown: str


class ChangeSetList(ListPage[ChangeSet]):
    key = "change-sets"
    permission, change_permission = "catalog.view_changeset", "catalog.change_changeset"
    title = _("Change sets")
    template_name = "catalog/change_list.html"
    queryset = ChangeSet.objects.all()
    filter_class = ChangeSetFilters
    views = (
        (_("All"), ""),
        (_("Open"), "state=open"),
        (_("Being sent"), "state=pushing"),
        (_("Mismatch"), "state=differing"),
        (_("Failed"), "state=failed"),
    )
    search_words = _("Title or full SKU")
    empty_icon = "difference"


ROW_FILTERS: dict[str, Q] = {
    "all": Q(),
    "guards": ~Q(guards=[]),
    "losses": ~Q(removals=[]),
    "verified": Q(state=ChangeState.VERIFIED),
    "differs": Q(state=ChangeState.DIFFERS),
    "failed": Q(state=ChangeState.FAILED),
}


def rows_page(change_set: ChangeSet, parameters: QueryDict, *, size: int = ROWS_SHOWN) -> RowsPage:
    """Return the rows after `?after=<pk>` of those that `?rows=` names, in one query with the products."""
    shown = parameters.get("rows", "all")
    shown = shown if shown in ROW_FILTERS else "all"
    rows = change_set.changes.filter(ROW_FILTERS[shown]).select_related("variant__product")
    if text := searched_text(parameters, "sku"):
        rows = rows.filter(sku__istartswith=text[:100])
    page = ascending_page(rows, parameters, size=size)
    return RowsPage(_grouped(change_set, page.rows), first=page.first, next=page.next, shown=shown)


def _grouped(change_set: ChangeSet, changes: Iterable[Change]) -> list[tuple[Product | None, list[ChangeRow]]]:
    return [
        (product, [change_row(change_set, change) for change in some])
        for product, some in groupby(changes, key=lambda change: change.variant and change.variant.product)
    ]


def change_row(change_set: ChangeSet, change: Change) -> ChangeRow:
    """Return a row with its difference; before the first check, with what is asked for."""
    named = [values.get("currency") for values in (change.before, change.after, change.requested)]
    currency = next(filter(None, [*named, change.variant and change.variant.currency]), "")
    lines = _lines(change_set.kind, change)
    return ChangeRow(
        change=change,
        chip=ChangeState(change.state).chip(change.note),
        lines=[line_row(line, before=change.before, currency=currency) for line in lines],
        losses=[_loss(change, key, currency=currency) for key in change.removals],
    )


def _lines(kind: str, change: Change) -> list[Line]:
    if change.after:
        return format_of(kind).lines(change.before, after=change.after)
    if change.requested == RESET:
        return [Line("reset", None, True)]
    lines = []
    for name, value in change.requested.items():
        if isinstance(value, dict):
            lines += [Line(f"{name}:{quantity}", None, price, is_price=True) for quantity, price in value.items()]
        else:
            lines.append(Line(name, None, value))
    return lines


def line_row(line: Line, *, before: Value, currency: str, longest: int = LONGEST_SHOWN) -> LineRow:
    """Return the line as pages show it, texts cut to so many characters."""
    values = [describe_value(value, currency=currency, is_price=line.is_price) for value in (line.before, line.after)]
    old, new = (text[:longest] for text in values)
    return LineRow(key_label(line.key), old, new, line.move, purchase_price(margin_after(line, before=before)))


def _loss(change: Change, key: str, *, currency: str) -> Loss:
    name, separator, quantity = key.partition(":")
    if separator:
        current = describe_value(change.before.get(name, {}).get(quantity), currency=currency, is_price=True)
    else:
        current = describe_value(change.before.get("overwrites", {}).get(key), currency=currency, is_price=False)
    return Loss(key, key_label(key), current[:LONGEST_SHOWN], key in change.confirmed)
