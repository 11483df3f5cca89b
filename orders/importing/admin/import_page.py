"""What the page of one table shows: its columns, what is in it, and what becomes of its orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import ngettext

from backoffice.amounts import money
from backoffice.jobs.admin.job_page import time_left
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.counting import JobProgress, progress_of
from backoffice.staff.keyset import Ascending, ascending_page
from backoffice.staff.list_page import Tab
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from orders.importing.admin.forms import FormatField, field_choices, format_fields
from orders.importing.models import ImportedOrder, ImportOutcome, ImportState, OrderImport
from orders.importing.services.templates import unplaced_rows

ROWS = 50
# What is looked at first.
_ORDER = (
    ImportOutcome.WRONG,
    ImportOutcome.HELD,
    ImportOutcome.READY,
    ImportOutcome.KNOWN,
    ImportOutcome.LEFT_OUT,
    ImportOutcome.UNCHECKED,
)
_PLACED, _UNPLACED = "placed", "unplaced"
PLACEABLE = (ImportOutcome.READY, ImportOutcome.HELD)


@dataclass(frozen=True)
class ShownImportedOrder:
    """One order of the table, what was found about it and what it would wait for."""

    imported: ImportedOrder
    chip: Chip
    text: str
    errors: Mapping[str, Any]
    holds: list[dict[str, Any]]


@dataclass(frozen=True)
class ShownColumn:
    """A column of the file and the field it is; `is_needed` where every order needs one like it."""

    place: int
    name: str
    samples: list[str]
    field: str


@dataclass(frozen=True)
class ImportPage:
    """`shown` is the tab that is open; `worth` is what can be placed, by currency."""

    columns: list[ShownColumn]
    fields: list[Any]
    formats: list[FormatField]
    passed_over: int
    progress: JobProgress | None
    time_left: str
    counts: Mapping[str, int]
    placeable: int
    placed: int
    unplaced: int
    worth: list[tuple[str, Decimal, int]]
    tabs: list[Tab]
    shown: str
    orders: list[ShownImportedOrder] = field(default_factory=list)
    pages: Ascending[ImportedOrder] | None = None

    @property
    def wrong(self) -> int:
        """Return how many cannot be placed."""
        return self.counts.get(ImportOutcome.WRONG, 0)


def import_page(table: OrderImport, given: QueryDict) -> ImportPage:
    """Return what the page shows for that address; a fixed number of queries."""
    job = table.job
    counts, worth = _counts(table)
    is_done = job is not None and job.started_at is not None
    placed = sum(count for (_outcome, is_placed), count in counts.items() if is_placed)
    by_outcome = {
        outcome: counts.get((outcome, False), 0) + counts.get((outcome, True), 0) for outcome in ImportOutcome.values
    }
    unplaced = unplaced_rows(table).filter(state=RowState.FAILED).count() if is_done else 0
    tabs = _tabs(by_outcome, placed, unplaced, is_done=is_done)
    asked = given.get("rows", "")
    shown = asked if any(asked == name for name, _title, _count in tabs) else (tabs[0][0] if tabs else "")
    pages = ascending_page(_rows(table, shown), given, size=ROWS) if shown else None
    progress = progress_of(job) if job else None
    mapping = {int(place): name for place, name in table.mapping.items()}
    return ImportPage(
        columns=[
            ShownColumn(one["place"], one["name"], one["samples"], mapping.get(one["place"], ""))
            for one in table.columns
        ],
        fields=field_choices(),
        formats=format_fields(table),
        passed_over=len(table.columns) - sum(1 for name in mapping.values() if name),
        progress=progress,
        time_left=time_left(progress) if progress else "",
        counts=by_outcome,
        placeable=sum(counts.get((outcome, False), 0) for outcome in PLACEABLE),
        placed=placed,
        unplaced=unplaced,
        worth=worth,
        tabs=[Tab(title, f"rows={name}", name == shown, count) for name, title, count in tabs],
        shown=shown,
        orders=_shown(pages.rows, job) if pages else [],
        pages=pages,
    )


def _counts(table: OrderImport) -> tuple[dict[tuple[str, bool], int], list[tuple[str, Decimal, int]]]:
    """Return how many orders stand how, by outcome and whether they are placed, and what can be placed is worth."""
    orders = table.orders.order_by().annotate(is_placed=ExpressionWrapper(Q(order__isnull=False), BooleanField()))
    rows: Any = orders.values_list("outcome", "currency", "is_placed")
    counts: dict[tuple[str, bool], int] = {}
    worth: dict[str, tuple[Decimal, int]] = {}
    for outcome, currency, is_placed, count, total in rows.annotate(count=Count("pk"), sum=Sum("total")):
        counts[outcome, is_placed] = counts.get((outcome, is_placed), 0) + count
        if outcome in PLACEABLE and total is not None:
            before = worth.get(currency, (Decimal(0), 0))
            worth[currency] = (before[0] + total, before[1] + count)
    return counts, [(currency, total, count) for currency, (total, count) in sorted(worth.items())]


def _tabs(counts: Mapping[str, int], placed: int, unplaced: int, *, is_done: bool) -> list[tuple[str, str, int]]:
    tabs = [(one.value, str(one.label), counts[one]) for one in _ORDER if counts.get(one)]
    if is_done:
        # What was to be placed is, or is not yet, or could not be.
        tabs = [one for one in tabs if one[0] not in PLACEABLE]
        waiting = sum(counts.get(one, 0) for one in PLACEABLE) - placed - unplaced
        first = [
            (_UNPLACED, _("not placed"), unplaced),
            (_PLACED, _("placed"), placed),
            ("waiting", _("waiting"), waiting),
        ]
        tabs = [*(one for one in first if one[2] > 0), *tabs]
    return tabs


def _rows(table: OrderImport, shown: str) -> QuerySet[ImportedOrder]:
    rows = table.orders.select_related("order").defer("order__search")
    if shown == _PLACED:
        return rows.filter(order__isnull=False)
    if shown == _UNPLACED:
        failed = unplaced_rows(table).filter(state=RowState.FAILED)
        return rows.filter(pk__in=failed.values("subject_id"))
    if shown == "waiting":
        return rows.filter(order__isnull=True, outcome__in=PLACEABLE)
    return rows.filter(outcome=shown)


def _shown(orders: list[ImportedOrder], job: Job | None) -> list[ShownImportedOrder]:
    results: dict[int, JobRow] = {}
    if job is not None and orders:
        found = JobRow.objects.filter(job=job, subject_id__in=[order.pk for order in orders])
        results = {row.subject_id: row for row in found}
    return [_order(order, results.get(order.pk)) for order in orders]


def _order(imported: ImportedOrder, result: JobRow | None) -> ShownImportedOrder:
    chip = ImportOutcome(imported.outcome).chip()
    if imported.order is not None:
        chip = Chip(Tone.GREEN, "check_circle", _("placed"))
    elif result is not None and result.state == RowState.FAILED:
        chip = Chip(Tone.RED, "error", _("not placed"))
    if result is None or imported.order is not None:
        return ShownImportedOrder(imported, chip, "", {}, [])
    return ShownImportedOrder(imported, chip, result.text, result.errors, result.params.get("holds", []))


def may_place(table: OrderImport, page: ImportPage) -> bool:
    """Return whether the next step is to place orders."""
    is_ready = table.job is not None and table.job.state == JobState.READY
    return table.state == ImportState.READ and is_ready and page.placeable > 0


def table_chip(table: OrderImport) -> Chip:
    """Return how the table stands: being read, being checked, ready, or what its job does."""
    job = table.job
    if table.state != ImportState.READ or job is None:
        return ImportState(table.state).chip()
    if job.state == JobState.READY:
        return Chip(Tone.BLUE, "preview", _("ready to place"))
    if job.state == JobState.DONE:
        return Chip(Tone.GREEN, "check_circle", _("placed")) if not job.needs_attention else _partly()
    return JobState(job.state).chip()


def _partly() -> Chip:
    return Chip(Tone.AMBER, "error", _("partly placed"))


def place_label(page: ImportPage) -> str:
    """Return what the button says: how many orders, and what they are worth."""
    text = ngettext("Place %(count)s order", "Place %(count)s orders", page.placeable)
    label = text % {"count": number_format(page.placeable, force_grouping=True)}
    return f"{label}, {money(page.worth[0][1], page.worth[0][0])}" if len(page.worth) == 1 else label
