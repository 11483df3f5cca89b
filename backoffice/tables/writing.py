"""Writing the files of tables: XLSX and CSV, row by row, never the whole of it in memory."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from backoffice.tables.cells import Cell
from backoffice.tables.csv_files import FORMULA_STARTS

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

# openpyxl is heavy to load, and few processes ever need it: it is imported where it is used.

LONGEST_CELL = 32_767
# A row as it is exported.
Row = list[Cell]
# What XML cannot carry, and control characters, which nobody sees.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TEXT_FORMAT = "@"
# A workbook would take it for a character that XML cannot carry.
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def printable(text: str) -> str:
    """Return what a cell can carry; nothing for a text that is too long, so that nobody sends back half of it."""
    text = _UNPRINTABLE.sub("", text)
    return "" if len(text) > LONGEST_CELL else text


def write_csv(columns: Sequence[str], rows: Iterable[Row], *, separator: str = ",") -> Iterator[bytes]:
    """Yield the file, UTF-8 with the mark that spreadsheets look for; texts like formulas get an '."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    yield "\ufeff".encode()
    writer.writerow(columns)
    for number, row in enumerate(rows):
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(columns: Sequence[str], rows: Iterable[Row], *, to: IO[bytes]) -> None:
    """Write a workbook with one sheet. Texts are cells of text: no formula runs, and leading zeros stay."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    sheet.freeze_panes = "B2"
    # A row is written as soon as it is appended, so a column needs one cell of text: styling each would take longest.
    texts = [_text_cell(sheet) for _column in columns]
    sheet.append([_filled(cell, column) for cell, column in zip(texts, columns, strict=True)])
    for row in rows:
        cells = zip(texts, row, strict=True)
        sheet.append([_filled(text, cell) if isinstance(cell, str) else cell for text, cell in cells])
    book.save(to)


def _text_cell(sheet: Any) -> "WriteOnlyCell":
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.number_format = _TEXT_FORMAT
    return cell


def _filled(cell: "WriteOnlyCell", text: str) -> "WriteOnlyCell":
    cell.value = _ESCAPE_LIKE.sub("_x005F_", printable(text))
    cell.data_type = "s"
    return cell


def _csv_cell(cell: Cell) -> Any:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        text = format(cell, "f")
        # Three decimals could be thousands for whoever reads it, us included.
        return f"{text}0" if text[-4:-3] == "." else text
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
