"""From an uploaded table to a draft: read in the background, looked at, and only then made a change set."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from catalog.models import ChangeKind, ChangeSet, ChangeSource, TableImport, TableImportState
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.shapes import refuse_unable_vendor, shape_of
from catalog.services.change_sets.values import Value
from catalog.services.held_values import held_values, variants_of
from catalog.services.tables.columns import (
    LAYOUTS,
    MOST_BYTES,
    is_blank,
    join_wishes,
    refuse_unknown_columns,
    sku_of,
    wish_of,
    without_same_texts,
)
from catalog.services.tables.files import read_table, unreadable

PROBLEMS_KEPT = 500
_BATCH = 2000
_PROGRESS_ROWS = 5000


@dataclass
class Reading:
    """What has been read so far: wishes by SKU, the row each SKU came from, and what makes no sense."""

    wishes: dict[str, Value] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def complain(self, sku: str, text: str, *, row: int) -> None:
        self.counts["problems"] += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append({"row": row, "sku": sku, "text": text})


def accept_table(
    content: bytes, *, file_name: str, kind: str, vendor: str, clear_blanks: bool, actor: str
) -> TableImport:
    """The file is kept and waits to be read. Raises InvalidInput for files that are too large or empty."""
    refuse_unable_vendor(vendor, kind=kind)
    if not content:
        raise unreadable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise unreadable(_("A file has at most %(most)d MB.") % {"most": MOST_BYTES // 1024 // 1024})
    return TableImport.objects.create(
        vendor=vendor,
        kind=kind,
        file_name=file_name[:200],
        content=content,
        clear_blanks=clear_blanks,
        created_by=actor,
    )


def read_import(table: TableImport) -> TableImport:
    """The table is read and compared with what the vendor is thought to hold, or refused with the reason.

    A second call (the worker died) begins again; one for a table that has been looked at changes nothing.
    """
    if table.state not in (TableImportState.WAITING, TableImportState.READING):
        return table
    table.state = TableImportState.READING
    table.save(update_fields=["state"])
    reading = Reading()
    try:
        _read_rows(table, reading)
    except InvalidInput as error:
        table.problems = [{"row": 1, "sku": "", "text": error.text}]
        return _finish(table, TableImportState.REFUSED)
    _keep_differing(table, reading)
    table.wishes, table.problems = reading.wishes, reading.problems
    table.counts = {**reading.counts, "changed": len(reading.wishes)}
    return _finish(table, TableImportState.READY)


def draft_import(table: TableImport, *, actor: str, title: str = "") -> ChangeSet:
    """There is a draft of what the table changes. Rows with problems are not in it.

    Raises IllegalTransition unless it was read, Conflict when it changes nothing.
    """
    with transaction.atomic():
        table = TableImport.objects.select_for_update().get(pk=table.pk)
        if table.state != TableImportState.READY:
            raise IllegalTransition(_("This table is %s.") % table.get_state_display())
        if not table.wishes:
            raise Conflict(_("The table changes nothing."), code="empty")
        change_set = make_change_set(
            table.kind,
            vendor=table.vendor,
            rows=table.wishes,
            title=title or table.file_name,
            source=ChangeSource.TABLE,
            actor=actor,
        )
        table.change_set, table.state = change_set, TableImportState.DRAFTED
        # The rows are the change set's now.
        table.wishes = {}
        table.save(update_fields=["change_set", "state", "wishes"])
    return change_set


def discard_import(table: TableImport) -> None:
    """Nothing is made of it. Raises IllegalTransition once a draft was."""
    with transaction.atomic():
        table = TableImport.objects.select_for_update().get(pk=table.pk)
        if table.state == TableImportState.DRAFTED:
            raise IllegalTransition(_("This table is %s.") % table.get_state_display())
        table.state, table.wishes = TableImportState.DISCARDED, {}
        table.save(update_fields=["state", "wishes"])


def _finish(table: TableImport, state: TableImportState) -> TableImport:
    table.state = state
    table.save(update_fields=["state", "seen", "counts", "problems", "wishes"])
    return table


def _read_rows(table: TableImport, reading: Reading) -> None:
    """Every row is a wish or a problem. Raises InvalidInput for a file that is no table of this kind."""
    rows = read_table(bytes(table.content))
    header = [str(cell or "").strip().lower() for cell in next(rows, [])]
    refuse_unknown_columns(table.kind, header)
    for number, row in enumerate(rows, start=2):
        if all(is_blank(cell) for cell in row):
            continue
        cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
        _read_row(table, cells, reading, number=number)
        table.seen += 1
        if table.seen % _PROGRESS_ROWS == 0:
            table.save(update_fields=["seen"])


def _read_row(table: TableImport, cells: dict[str, Any], reading: Reading, *, number: int) -> None:
    sku = sku_of(cells.get("sku"))
    if not sku:
        reading.complain("", _("The SKU is missing."), row=number)
        return
    try:
        wish = wish_of(table.kind, cells, clear_blanks=table.clear_blanks)
        if sku in reading.wishes and not LAYOUTS[table.kind].is_by_quantity:
            raise unreadable(_("This SKU stands in the table twice."))
        reading.wishes[sku] = join_wishes(reading.wishes.get(sku, {}), wish)
        reading.places.setdefault(sku, number)
    except InvalidInput as error:
        reading.complain(sku, error.text, row=number)


def _keep_differing(table: TableImport, reading: Reading) -> None:
    """Of the wishes stay those that would change something, each as it will be stored."""
    skus = list(reading.wishes)
    reading.counts["skus"] = len(skus)
    for start in range(0, len(skus), _BATCH):
        batch = skus[start : start + _BATCH]
        variants = list(variants_of(table.vendor).filter(sku__in=batch))
        held = held_values(table.kind, vendor=table.vendor, variants=variants)
        known = {variant.sku for variant in variants}
        for sku in batch:
            wish = reading.wishes.pop(sku)
            if sku not in known:
                text = _("This SKU is not in our catalogue; a spreadsheet may have taken away zeros at its beginning.")
                reading.complain(sku, text, row=reading.places[sku])
            elif kept := _differing(table.kind, sku, wish, held.get(sku), reading):
                reading.wishes[sku] = kept
            else:
                reading.counts["unchanged"] += 1


def _differing(kind: str, sku: str, wish: Value, held: Value | None, reading: Reading) -> Value | None:
    """The wish, None when it changes nothing or makes no sense."""
    shape = shape_of(kind)
    if held is not None and kind == ChangeKind.SEARCH_TEXTS:
        wish = without_same_texts(wish, held=held)
    if not wish:
        return None
    try:
        wish = shape.clean(wish)
    except InvalidInput as error:
        reading.complain(sku, "; ".join(error.errors.get("", [error.text])), row=reading.places[sku])
        return None
    if held is None:
        # Never read from the vendor: the check of the change set will tell.
        reading.counts["not_compared"] += 1
        return wish
    resolved = shape.resolve(wish, before=held)
    return wish if resolved.destroys or shape.lines(held, after=resolved.after) else None
