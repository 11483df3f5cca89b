"""Reading and writing the files of tables: XLSX and CSV, row by row, never the whole of it in memory."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from backoffice.errors import InvalidInput
from catalog.services.tables.columns import MOST_TABLE_ROWS, Cell, Row, printable

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

# openpyxl is heavy to load, and few processes ever need it: it is imported where it is used.

# A spreadsheet would take such a text for a formula and run it.
FORMULA_STARTS = ("=", "+", "-", "@")
# A workbook of that many rows has less; more is a bomb.
_MOST_UNPACKED = 1024 * 1024 * 1024
_TEXT_FORMAT = "@"


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces, UTF-8 with the mark that spreadsheets look for; texts that look like formulas get an '."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff".encode()
    writer.writerow(columns)
    for number, row in enumerate(rows):
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(columns: Sequence[str], rows: Iterable[Row], *, to: IO[bytes]) -> None:
    """A workbook with one sheet. Texts are cells of text: no formula runs, and leading zeros stay when it is edited."""
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


def read_table(content: bytes) -> Iterator[Row]:
    """The rows, the header first; what the file is shows by its first bytes. Raises InvalidInput."""
    rows = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    for number, row in enumerate(rows):
        if number > MOST_TABLE_ROWS:
            raise unreadable(_("A table has at most %(most)d rows.") % {"most": MOST_TABLE_ROWS})
        yield row


def unreadable(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"file": [text]})


def _text_cell(sheet: Any) -> "WriteOnlyCell":
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.number_format = _TEXT_FORMAT
    return cell


def _filled(cell: "WriteOnlyCell", text: str) -> "WriteOnlyCell":
    cell.value = printable(text)
    cell.data_type = "s"
    return cell


def _csv_cell(cell: Cell) -> Any:
    if not isinstance(cell, str):
        return {True: "yes", False: "no", None: ""}.get(cell, cell) if cell is None or isinstance(cell, bool) else cell
    text = printable(cell)
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def _read_csv(content: bytes) -> Iterator[Row]:
    """Comma, semicolon or tab, as the header has it; UTF-8, else what Windows saves."""
    if b"\0" in content:
        raise unreadable(_("This is neither a workbook nor a CSV file."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unquoted(cell) for cell in row]
    except csv.Error as error:
        raise unreadable(_("This is no CSV file: %s") % error) from None


def _unquoted(cell: str) -> str:
    """Without the ' that was set before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*FORMULA_STARTS, "'")) else cell


def _read_xlsx(content: bytes) -> Iterator[Row]:
    """The first sheet; of formulas, the values that the spreadsheet last reckoned."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_UNPACKED:
                raise unreadable(_("This workbook is too large."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield list(row)
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, IndexError, OSError) as error:
        raise unreadable(_("This is no workbook that can be read.")) from error
