"""What a table asks for, by SKU: the same for a page and for a command."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backoffice.errors import InvalidInput
from backoffice.tables.cells import read_code
from backoffice.tables.reading import read_table
from backoffice.tables.rows import TableRow, unreadable
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeKind
from catalog.services.change_sets.values import Value, refuse
from catalog.services.tables.columns import (
    LAYOUTS,
    MOST_BYTES,
    MOST_TABLE_ROWS,
    ensure_known_columns,
    merge_requests,
    parse_row,
)

PROBLEMS_KEPT = 500
_PROGRESS_ROWS = 5000
# What columns were called before.
_ALIASES = {ChangeKind.SALES_PRICES: {"price": "sales"}}


@dataclass
class TableReading:
    """What has been read so far: requests by SKU, the row each SKU came from, and what makes no sense."""

    requests: dict[str, Value] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    def add_error(self, sku: str, text: str, *, row: int) -> None:
        self.counts["problems"] += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append({"row": row, "sku": sku, "text": text})


def ensure_size(content: bytes) -> None:
    """Raise InvalidInput for files that are empty or too large."""
    if not content:
        raise unreadable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise unreadable(_("A file can be at most %(most)d MB.") % {"most": MOST_BYTES // 1024 // 1024})


def read_requests(
    content: bytes, *, kind: str, clear_blanks: bool, progress: Callable[[int], None] = lambda _rows: None
) -> TableReading:
    """Return a request or a problem of every row; `progress` is called now and then with the rows so far.

    Raises InvalidInput for a file that is no table of this kind.
    """
    table = read_table(content, most_rows=MOST_TABLE_ROWS)
    aliases = _ALIASES.get(ChangeKind(kind), {})
    header = {place: aliases.get(name, name) for place, name in table.header.items()}
    ensure_known_columns(kind, list(header.values()))
    reading = TableReading()
    if table.has_windows_letters:
        reading.counts["windows_letters"] = 1
    for row in table.rows:
        _read_row(row, header, reading, kind=kind, clear_blanks=clear_blanks)
        reading.seen += 1
        if reading.seen % _PROGRESS_ROWS == 0:
            progress(reading.seen)
    return reading


def _read_row(row: TableRow, header: dict[int, str], reading: TableReading, *, kind: str, clear_blanks: bool) -> None:
    cells = row.named(header)
    sku = ""
    try:
        if not (sku := read_code(cells["sku"])):
            raise refuse(_("The SKU is missing."))
        if problem := row.problem(header):
            raise refuse(problem)
        requested = parse_row(kind, cells, clear_blanks=clear_blanks)
        if sku in reading.requests and not LAYOUTS[kind].is_by_quantity:
            raise refuse(_("This SKU appears twice in the table."))
        reading.requests[sku] = merge_requests(reading.requests.get(sku, {}), requested)
        reading.places.setdefault(sku, row.number)
    except InvalidInput as error:
        reading.add_error(sku, error.text, row=row.number)
