"""The rows of a file, whichever kind it is, and a table's header."""

from collections.abc import Iterator
from dataclasses import dataclass

from backoffice.tables.cells import read_line
from backoffice.tables.csv_files import AS_IT_IS, CsvFormat, has_windows_letters, read_csv
from backoffice.tables.rows import TableRow, unreadable
from backoffice.tables.workbooks import read_workbook
from backoffice.text.translatable import gettext as _

# Old workbooks, and those with a password.
_OLE = b"\xd0\xcf\x11\xe0"
# A workbook of as many rows as any reader takes has less; more is a bomb.
MOST_UNPACKED = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """The names of the columns by place, in small letters and with single spaces, and the rows below them.

    `has_windows_letters`: nothing in the file says which letters it has; those of Western Europe are assumed.
    """

    header: dict[int, str]
    rows: Iterator[TableRow]
    has_windows_letters: bool = False


def read_table(content: bytes, *, most_rows: int, most_unpacked: int = MOST_UNPACKED) -> Table:
    """Return the table; its first row that is not empty names the columns. Raises InvalidInput, also while reading."""
    rows = read_rows(content, most_unpacked=most_unpacked)
    head = next(rows, None)
    cells = head.cells if head else {}
    header = {place: " ".join(read_line(cell).lower().split()) for place, cell in cells.items()}
    assumed = not is_workbook(content) and has_windows_letters(content)
    return Table(header, _limited(rows, most_rows=most_rows), assumed)


def read_rows(
    content: bytes,
    *,
    most_unpacked: int = MOST_UNPACKED,
    is_lenient: bool = False,
    sheet: str = "",
    written: CsvFormat = AS_IT_IS,
) -> Iterator[TableRow]:
    """Yield the rows with something in them; what the file is shows by its first bytes. Raises InvalidInput.

    `sheet` names one of a workbook, the first visible one when empty; `written` is how a CSV file is.
    """
    if content.startswith(_OLE):
        raise unreadable(
            _("This workbook has the old XLS format or is password-protected: save it as XLSX without a password.")
        )
    if is_workbook(content):
        yield from read_workbook(content, most_unpacked=most_unpacked, sheet=sheet)
    else:
        yield from read_csv(content, is_lenient=is_lenient, written=written)


def _limited(rows: Iterator[TableRow], *, most_rows: int) -> Iterator[TableRow]:
    for count, row in enumerate(rows, start=1):
        if count > most_rows:
            raise unreadable(_("A table can have at most %(most)d rows.") % {"most": most_rows})
        yield row


def is_workbook(content: bytes) -> bool:
    """Return whether it is a ZIP archive, as workbooks are and no text is: a column may be called "PK"."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))
