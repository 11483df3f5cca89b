"""Reading CSV as Excel and LibreOffice save it: UTF-8, UTF-16 or Windows' letters; comma, semicolon or tab.

Windows' letters (cp1252) are those of Western Europe; a byte that none of them has, as files of other regions contain,
is refused with the way out rather than replaced.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from backoffice.said import gettext as _
from backoffice.tables.cells import Cell, text_cell
from backoffice.tables.rows import TableRow, unreadable
from backoffice.texts import trim

# A spreadsheet would take such a text for a formula and run it.
FORMULA_STARTS = ("=", "+", "-", "@")
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
# What is text and yet no table: a page, JSON, a PDF.
_NO_TABLE = ("<", "{", "[", "%PDF")


def read_csv(content: bytes) -> Iterator[TableRow]:
    """Yield the rows that have a filled cell, numbered as a spreadsheet shows them. Raises InvalidInput."""
    text = _decoded(content)
    if text.lstrip().startswith(_NO_TABLE):
        raise unreadable(_("This is neither a workbook nor a CSV file."))
    text, delimiter = _without_separator_line(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            filled = {place: cell for place, text in enumerate(row) if (cell := _cell(text)) is not None}
            if filled:
                yield TableRow(number, filled)
    except csv.Error as error:
        words = _("This is no CSV file: after row %(row)d a quotation mark is missing, or a cell is too long.")
        raise unreadable(words % {"row": number}) from error


def has_windows_letters(content: bytes) -> bool:
    """Return whether the file is read with the letters of Western Europe for want of another sign: a file of Prague or
    Warsaw without UTF-8 looks alike.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True
    return False


def _decoded(content: bytes) -> str:
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        raise unreadable(_("The letters of this file cannot be read: save it as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise unreadable(_("This is neither a workbook nor a CSV file."))
    return text


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("cp1252" if has_windows_letters(content) else "utf-8-sig")


def _without_separator_line(text: str) -> tuple[str, str]:
    """The text without Excel's line "sep=;", and the sign between cells: that one, else the one that parts the head."""
    first, _end, rest = text.partition("\n")
    if named := _SEPARATOR_LINE.fullmatch(first.rstrip("\r")):
        return rest, named[1]
    head = next((line for line in text.splitlines() if line.strip(_DELIMITERS + " ")), "")
    return text, max(_DELIMITERS, key=_QUOTED.sub("", head).count)


def _cell(text: str) -> Cell:
    """Without the ' that was set before what looks like a formula."""
    if not text:
        return None
    if text[0] == "'" and text[1:].startswith((*FORMULA_STARTS, "'")):
        return text[1:] if trim(text[1:]) else None
    return text_cell(text)
