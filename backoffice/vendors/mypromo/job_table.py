"""Reads the report of a job: "a spread sheet", of which the document says no more.

Assumed: an Excel workbook or CSV text, one row per entry of the batch. A head names the columns; without one the
first column is the SKU and the last one the complaint. A bundle of rows or bytes beyond reason is refused.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from backoffice.vendors.batch_messages import JobRow, UnreadableReport
from backoffice.vendors.mypromo.reading import text

MAX_ROWS = 10_000
MAX_COLUMNS = 50
MAX_UNPACKED = 100 * 1024 * 1024  # bytes
SKU_HEADS = ("sku", "sku_fulfiller")
ERROR_HEADS = ("error", "errors", "message", "messages", "fehler")
# What stands in the column of complaints where there is nothing to complain about.
NO_COMPLAINT = frozenset({"", "-", "ok", "success", "none", "null"})

Cells = tuple[str, ...]

# What openpyxl raises for a workbook that is none, beside its own error; SyntaxError comes from the XML parser.
_BROKEN = (zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, SyntaxError)


def read_report(body: bytes) -> tuple[JobRow, ...]:
    """The rows of a report. Raises UnreadableReport."""
    table = _workbook(body) if body.startswith(b"PK") else _csv(body)
    rows = [cells for cells in islice(table, MAX_ROWS) if any(cells)]
    if not rows:
        return ()
    columns = _columns(rows[0])
    if columns is None:
        return tuple(_row(cells, sku=(0,), error=(len(cells) - 1,)) for cells in rows)
    sku, error = columns
    return tuple(_row(cells, sku=sku, error=error) for cells in rows[1:])


def _columns(head: Cells) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The columns of SKUs, best first, and of complaints; None when the row is no head."""
    words = [cell.lower().replace(" ", "_") for cell in head]
    sku = tuple(words.index(name) for name in SKU_HEADS if name in words)
    error = tuple(place for place, word in enumerate(words) if word in ERROR_HEADS)
    return (sku, error) if sku else None


def _row(cells: Cells, *, sku: tuple[int, ...], error: tuple[int, ...]) -> JobRow:
    names = [cells[place] for place in sku if place < len(cells) and cells[place]]
    complaints = [cells[place] for place in error if place < len(cells) and place not in sku]
    said = [complaint for complaint in complaints if complaint.lower() not in NO_COMPLAINT]
    return JobRow(sku=names[0] if names else "", error="; ".join(said))


def _workbook(body: bytes) -> Iterator[Cells]:
    """The first sheet, formulas as their results."""
    from openpyxl import load_workbook  # heavy to load, and reports are rare
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_size(body)
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from map(_cells, sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True))
    except (InvalidFileException, *_BROKEN) as error:
        raise UnreadableReport(f"The report is no workbook that can be read: {error}") from error


def _check_size(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        if sum(entry.file_size for entry in bundle.infolist()) > MAX_UNPACKED:
            raise ValueError("it is larger than any report can be")


def _csv(body: bytes) -> Iterator[Cells]:
    if b"\x00" in body:
        raise UnreadableReport("The report is neither a workbook nor a table of text.")
    content = _decoded(body)
    head = content.lstrip().split("\n", 1)[0]
    if head.startswith(("<", "{", "[", "%PDF")):
        raise UnreadableReport("The report is neither a workbook nor a table of text.")
    separator = max(";,\t", key=head.count)
    try:
        yield from map(_cells, csv.reader(io.StringIO(content), delimiter=separator))
    except csv.Error as error:
        raise UnreadableReport(f"The report is no table that can be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _cells(row: Iterable[Any]) -> Cells:
    """Texts and numbers as text; a number that a workbook keeps as 4711.0 is 4711."""
    whole = (int(value) if isinstance(value, float) and value.is_integer() else value for value in row)
    return tuple(text(value).strip() for value in whole)
