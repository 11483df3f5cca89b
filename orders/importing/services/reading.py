"""From a file to the orders in it: its columns, how it is written, its rows by reference; some hundred at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, CellFault, is_blank, read_line, shown
from backoffice.tables.csv_files import CsvFormat, recognise_csv
from backoffice.tables.reading import is_workbook, read_rows
from backoffice.tables.rows import TableRow, column_letters, unreadable
from backoffice.tables.workbooks import list_sheets
from backoffice.text.translatable import gettext as _
from orders.importing.models import ImportedOrder, OrderImport
from orders.importing.services.fields import FIELDS, PROPERTY, CellKind
from orders.importing.services.formats import ReadingChoices, recognise_dates, recognise_decimal
from orders.importing.services.proposals import PASSED_OVER, property_name, propose
from orders.importing.services.values import CellReader

MOST_BYTES = 20 * 1024 * 1024
# Unpacked, a workbook of that many rows has less.
MOST_UNPACKED = 150 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_NAME = 200
# A line each, as `intake.input` takes them.
MOST_LINES = 200
_LOOKED_AT = 500
_SAMPLES = 3
_SAMPLE_LENGTH = 40
_WRITTEN_AT_ONCE = 500
_FEWEST_KNOWN = 3


@dataclass(frozen=True)
class Head:
    """The columns of a table by place, its rows, and how it was read: the choices with what was recognised."""

    columns: dict[int, str]
    rows: Iterator[TableRow]
    read_as: ReadingChoices
    sheets: list[str]


def ensure_size(content: bytes) -> None:
    """Raise InvalidInput for files that are empty or too large."""
    if not content.strip():
        raise unreadable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise unreadable(_("A file can be at most %(most)d MB.") % {"most": MOST_BYTES // 1024 // 1024})


def open_table(content: bytes, choices: ReadingChoices) -> Head:
    """Return the table's columns and its rows, unread. Raise InvalidInput for what is no table, or too wide."""
    ensure_size(content)
    if not is_workbook(content):
        found = recognise_csv(content)
        written = CsvFormat(choices.encoding or found.encoding, choices.separator or found.separator)
        rows = read_rows(content, written=written)
        read_as = replace(choices, encoding=written.encoding, separator=written.separator, sheet="")
        return Head(_columns(next(rows, None)), rows, read_as, [])
    sheets = list_sheets(content, most_unpacked=MOST_UNPACKED)
    sheet = choices.sheet if choices.sheet in sheets else _best_sheet(content, sheets)
    rows = read_rows(content, most_unpacked=MOST_UNPACKED, sheet=sheet)
    read_as = replace(choices, encoding="", separator="", sheet=sheet)
    return Head(_columns(next(rows, None)), rows, read_as, sheets[:100])


def _best_sheet(content: bytes, sheets: list[str]) -> str:
    """Return the first sheet whose columns we know, else the first one: a cover sheet names none."""
    if len(sheets) > 1:
        for sheet in sheets[:10]:
            head = next(read_rows(content, most_unpacked=MOST_UNPACKED, sheet=sheet), None)
            names = _names(head)
            if len(names) <= MOST_COLUMNS and len(propose(names, remembered={})) >= _FEWEST_KNOWN:
                return sheet
    return sheets[0] if sheets else ""


def _columns(head: TableRow | None) -> dict[int, str]:
    if head is None:
        raise unreadable(_("The table has no rows."))
    names = _names(head)
    if len(names) > MOST_COLUMNS:
        text = _("The table has %(count)d columns; at most %(most)d are allowed. Delete those you do not need.")
        raise unreadable(text % {"count": len(names), "most": MOST_COLUMNS})
    return names


def _names(head: TableRow | None) -> dict[int, str]:
    names = {}
    for place, cell in (head.cells if head else {}).items():
        try:
            name = read_line(cell)
        except InvalidInput:
            name = shown(cell)
        names[place] = (name or column_letters(place))[:LONGEST_NAME]
    return names


def look_at(head: Head) -> tuple[Head, list[TableRow]]:
    """Return the table with all its rows, and the first of them."""
    first = list(islice(head.rows, _LOOKED_AT))
    return replace(head, rows=chain(first, head.rows)), first


def recognise(head: Head, first: Iterable[TableRow], mapping: Mapping[int, str]) -> ReadingChoices:
    """Return how the table is read: as somebody chose, else as its first rows show."""
    texts: dict[CellKind, list[str]] = {CellKind.MONEY: [], CellKind.TIME: []}
    kinds = {place: FIELDS[field].kind for place, field in mapping.items()}
    kinds = {place: CellKind.MONEY if kind == CellKind.PERCENT else kind for place, kind in kinds.items()}
    for row in first:
        for place, cell in row.cells.items():
            if isinstance(cell, str) and (kind := kinds.get(place)) in texts:
                texts[kind].append(cell[:60])
    read_as = head.read_as
    return replace(
        read_as,
        decimal=read_as.decimal or recognise_decimal(texts[CellKind.MONEY]),
        dates=read_as.dates or recognise_dates(texts[CellKind.TIME]),
    )


def describe_columns(head: Head, first: Iterable[TableRow]) -> list[dict[str, Any]]:
    """Return what a page shows of the columns: name, and what stands in the first rows."""
    samples: dict[int, list[str]] = {place: [] for place in head.columns}
    for row in first:
        for place, cell in row.cells.items():
            if len(known := samples.get(place, [""] * _SAMPLES)) < _SAMPLES and (text := _sample(cell)) not in known:
                known.append(text)
    return [{"place": place, "name": name, "samples": samples[place]} for place, name in head.columns.items()]


def _sample(cell: Cell) -> str:
    text = " ".join(shown(cell).split())
    return text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…"


def keep_orders(table: OrderImport, head: Head, mapping: Mapping[int, str], read_as: ReadingChoices) -> tuple[int, int]:
    """Write the orders of the table, and return how many rows and orders there are. Must run in a transaction.

    Rows of one reference are one order wherever they stand. Raise InvalidInput for too many rows.
    """
    reader = CellReader(read_as.decimal, read_as.dates, ZoneInfo(table.shop.time_zone))
    count = 0
    batch: dict[str, ImportedOrder] = {}
    for row in head.rows:
        count += 1
        if count > MOST_ROWS:
            raise unreadable(_("A table can have at most %(most)d rows.") % {"most": MOST_ROWS})
        read = _read_row(row, head.columns, mapping, reader)
        # Without a reference each row stands for itself, to be named as wrong.
        key = read["values"].get("reference") or f"\n{row.number}"
        order = batch.get(key)
        if order is None:
            if len(batch) >= _WRITTEN_AT_ONCE:
                _write(table, batch)
                batch = {}
            order = batch[key] = ImportedOrder(table=table, position=row.number, rows=[])
            order.reference = key.lstrip("\n")[:200] if not key.startswith("\n") else ""
        # One more than an order may have, so that it is refused for that.
        if len(order.rows) <= MOST_LINES:
            order.rows.append(read)
    _write(table, batch)
    return count, table.orders.count()


def _read_row(
    row: TableRow, columns: Mapping[int, str], mapping: Mapping[int, str], reader: CellReader
) -> dict[str, Any]:
    """Return what the row says: {"row", "values": text by field, "problems": [[column, complaint]]}, and as
    "currencies" [[column, currency]] those that stand beside its amounts.
    """
    values: dict[str, str] = {}
    problems: list[list[str]] = []
    currencies: list[list[str]] = []
    if (stray := row.stray(columns)) is not None and columns.keys():
        text = _("This row has “%(value)s” where there is no column. Is a separator missing its quotation marks?")
        problems.append([column_letters(stray), text % {"value": shown(row.cells[stray])}])
    for place, name in mapping.items():
        cell = row.cells.get(place)
        if is_blank(cell) and not isinstance(cell, CellFault):
            continue
        key = f"{PROPERTY}:{property_name(columns[place])}" if name == PROPERTY else name
        try:
            if text := reader.read(FIELDS[name], cell):
                values[key] = text
            if currency := reader.currency_of(FIELDS[name], cell):
                currencies.append([columns[place], currency])
        except InvalidInput as error:
            problems.append([columns[place], error.text])
    read = {"row": row.number, "values": values, "problems": problems}
    return read | ({"currencies": currencies} if currencies else {})


def _write(table: OrderImport, batch: dict[str, ImportedOrder]) -> None:
    """Write the orders; rows of one that was written before join it."""
    references = [order.reference for order in batch.values() if order.reference]
    earlier = {order.reference: order for order in table.orders.filter(reference__in=references)}
    joined, new = [], []
    for order in batch.values():
        before = earlier.get(order.reference) if order.reference else None
        if before is None:
            new.append(order)
        else:
            before.rows = [*before.rows, *order.rows][: MOST_LINES + 1]
            joined.append(before)
    for order in (*new, *joined):
        order.customer = _customer_of(order)[:200]
    ImportedOrder.objects.bulk_create(new)
    ImportedOrder.objects.bulk_update(joined, ["rows", "customer"], batch_size=_WRITTEN_AT_ONCE)


def _customer_of(order: ImportedOrder) -> str:
    """Return whose order it is, as a list shows it."""
    values = {name: text for row in reversed(order.rows) for name, text in row["values"].items()}
    for whose in ("recipient", "customer"):
        parts = [values.get(f"{whose}_{part}", "") for part in ("firstname", "lastname")]
        name = " ".join(filter(None, parts)) or values.get(f"{whose}_name", "")
        if name or (name := values.get(f"{whose}_company", "")):
            return name
    return values.get("customer_email", "")


def named_columns(columns: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Return the columns that a table has kept, by place, without the one in which we named problems."""
    return {column["place"]: column["name"] for column in columns if column["name"].strip().casefold() != PASSED_OVER}
