"""Reading CSV as Excel and LibreOffice save it: UTF-8, UTF-16 or Windows' letters; comma, semicolon or tab.

Windows' letters (cp1252) are those of Western Europe; a byte that none of them has, as files of other regions contain,
is refused with the way out rather than replaced.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backoffice.tables.cells import Cell, text_cell
from backoffice.tables.rows import TableRow, unreadable
from backoffice.text.cleaning import trim
from backoffice.text.translatable import gettext as _

# A spreadsheet would take such a text for a formula and run it.
FORMULA_STARTS = ("=", "+", "-", "@")
_DELIMITERS = ",;\t"
# What somebody may say that the letters are, where the file does not say it.
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251")
SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)')
_FILLED = re.compile(r"[^\s,;]")
_LINE = re.compile(r"[^\r\n]*")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
# What is text and yet no table: a page, JSON, a PDF.
_NO_TABLE = ("<", "{", "[", "%PDF")


@dataclass(frozen=True)
class CsvFormat:
    """The letters of a file, one of ENCODINGS, and what stands between its cells, one of SEPARATORS; "": see there."""

    encoding: str = ""
    separator: str = ""


AS_IT_IS = CsvFormat()


def read_csv(content: bytes, *, is_lenient: bool = False, written: CsvFormat = AS_IT_IS) -> Iterator[TableRow]:
    """Yield the rows that have a filled cell, numbered as a spreadsheet shows them. Raises InvalidInput.

    `is_lenient` takes quotation marks and letters that are not as they should be, for texts that are only shown.
    """
    text = _decoded(content, errors="replace" if is_lenient else "strict", encoding=written.encoding)
    if text.lstrip().startswith(_NO_TABLE):
        raise unreadable(_("This is neither a workbook nor a CSV file."))
    text, delimiter = _without_separator_line(text)
    delimiter = written.separator or delimiter
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=not is_lenient)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            filled = {place: cell for place, text in enumerate(row) if (cell := _cell(text)) is not None}
            if filled:
                yield TableRow(number, filled)
    except csv.Error as error:
        message = _(
            "This is not a valid CSV file: a quotation mark is missing after row %(row)d, or a cell is too long."
        )
        raise unreadable(message % {"row": number}) from error


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


def recognise_csv(content: bytes) -> CsvFormat:
    """Return how the file is written, as `read_csv` reads it by itself."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "cp1252" if has_windows_letters(content) else "utf-8"
    return CsvFormat(encoding, _without_separator_line(_decoded(content, errors="replace", encoding=""))[1])


def _decoded(content: bytes, *, errors: str, encoding: str) -> str:
    try:
        text = _decode(content, errors=errors, encoding=encoding)
    except UnicodeError as error:
        raise unreadable(_("The characters in this file cannot be read: save it as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise unreadable(_("This is neither a workbook nor a CSV file."))
    return text


def _decode(content: bytes, *, errors: str, encoding: str) -> str:
    if encoding:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors=errors)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors=errors)
    return content.decode("cp1252" if has_windows_letters(content) else "utf-8-sig", errors=errors)


def _without_separator_line(text: str) -> tuple[str, str]:
    """Return the text without Excel's line "sep=;", and the delimiter: that one, else the one of the head."""
    if named := _SEPARATOR_LINE.match(text):
        return text[named.end() :], named[1]
    head = _QUOTED.sub("", _first_line(text))
    return text, max(_DELIMITERS, key=head.count)


def _first_line(text: str) -> str:
    """Return the first line that is not empty."""
    filled = _FILLED.search(text)
    if filled is None:
        return ""
    start = max(text.rfind(end, 0, filled.start()) for end in "\r\n") + 1
    return _LINE.match(text, start)[0]  # type: ignore[index]  # it matches anything


def _cell(text: str) -> Cell:
    """Return the cell without the ' that was set before what looks like a formula."""
    if not text:
        return None
    if text[0] == "'" and text[1:].startswith((*FORMULA_STARTS, "'")):
        return text[1:] if trim(text[1:]) else None
    return text_cell(text)
