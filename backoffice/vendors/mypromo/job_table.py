"""Reads the report of a job: "a spread sheet", of which the document says no more.

Assumed: an Excel workbook or CSV text, one row per entry of the batch. A head names the columns; without one the
first column is the SKU and the last one the error. Rows beyond `MAX_ROWS` are left unread.
"""

from itertools import islice

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, CellFault, plain_number
from backoffice.tables.reading import read_rows
from backoffice.tables.rows import TableRow
from backoffice.text.cleaning import BadText, clean_code, clean_foreign
from backoffice.vendors.batch_messages import RemoteJobRow, UnreadableReport
from backoffice.vendors.reading import text

MAX_ROWS = 10_000
MAX_COLUMNS = 50
MAX_UNPACKED = 100 * 1024 * 1024  # bytes
SKU_HEADS = ("sku", "sku_fulfiller")
ERROR_HEADS = ("error", "errors", "message", "messages", "fehler")
# What stands in the column of errors where there is none.
NO_ERROR = frozenset({"", "-", "ok", "success", "none", "null"})

Cells = tuple[str, ...]


def read_report(body: bytes) -> tuple[RemoteJobRow, ...]:
    """Return the rows of a report. Raises UnreadableReport."""
    try:
        found = list(islice(read_rows(body, most_unpacked=MAX_UNPACKED, is_lenient=True), MAX_ROWS))
    except InvalidInput as broken:
        raise UnreadableReport(f"The report cannot be read: {broken.text}") from broken
    width = max((place + 1 for row in found for place in row.cells if place < MAX_COLUMNS), default=0)
    rows = [_cells(row, width=width) for row in found]
    if not rows:
        return ()
    columns = _columns(rows[0])
    if columns is None:
        return tuple(_row(cells, sku=(0,), error=(width - 1,)) for cells in rows)
    sku, error = columns
    return tuple(_row(cells, sku=sku, error=error) for cells in rows[1:])


def _columns(head: Cells) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the columns of SKUs, best first, and of errors; None when the row is no head."""
    words = [cell.lower().replace(" ", "_") for cell in head]
    sku = tuple(words.index(name) for name in SKU_HEADS if name in words)
    error = tuple(place for place, word in enumerate(words) if word in ERROR_HEADS)
    return (sku, error) if sku else None


def _row(cells: Cells, *, sku: tuple[int, ...], error: tuple[int, ...]) -> RemoteJobRow:
    names = [cells[place] for place in sku if place < len(cells) and cells[place]]
    texts = [cells[place] for place in error if place < len(cells) and place not in sku]
    errors = [one for one in texts if one.lower() not in NO_ERROR]
    return RemoteJobRow(sku=_code(names[0]) if names else "", error="; ".join(errors))


def _cells(row: TableRow, *, width: int) -> Cells:
    return tuple(_text(row.cells.get(place)) for place in range(width))


def _text(cell: Cell) -> str:
    """Return a cell as text, an error as it is shown; 4711 for a number that a workbook keeps as 4711.0."""
    if isinstance(cell, float):
        return format(plain_number(cell), "f")
    return clean_foreign(text(cell.shown if isinstance(cell, CellFault) else cell))


def _code(sku: str) -> str:
    """Clean a SKU as ours are, so that it is found among them."""
    try:
        return clean_code(sku)
    except BadText:
        return sku
