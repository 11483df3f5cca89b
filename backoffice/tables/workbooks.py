"""Reading a sheet of a workbook (XLSX, also in its strict form), row by row: the first visible one, or one by its name.

Only what values need is read: the cells, the shared texts, and which formats are those of dates. What a workbook says
of itself, such as its range of cells, counts for nothing.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, CellFault, text_cell
from backoffice.tables.rows import TableRow, unreadable
from backoffice.text.translatable import gettext as _

# Everything that bytes which are no workbook can cause on their way through zipfile, zlib and the XML parser.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
    NotImplementedError, RuntimeError, OSError, EOFError,
)  # fmt: skip
# Bytes of the texts that cells share: they are kept in memory.
_MOST_SHARED = 256 * 1024 * 1024
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_LONGEST_NUMBER = 40

# Dates and times among the formats that every workbook has (ECMA-376, 18.8.30).
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_WHOLE = re.compile(r"-?[0-9]{1,40}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True)
class _Book:
    """What the cells of a sheet refer to. `recalculates`: whoever wrote it wants formulas calculated on opening."""

    sheet: str
    shared: list[str]
    dates: frozenset[int]
    recalculates: bool
    begins_1904: bool


def read_workbook(content: bytes, *, most_unpacked: int, sheet: str = "") -> Iterator[TableRow]:
    """Yield the rows that have a filled cell. Raises InvalidInput for what is no workbook, or unpacks to more bytes."""
    with _unpacked(content, most_unpacked=most_unpacked) as parts:
        book = _open(parts, sheet=sheet)
        with parts.open(book.sheet) as file:
            yield from _rows(file, book)


def list_sheets(content: bytes, *, most_unpacked: int) -> list[str]:
    """Return the names of the visible sheets, in their order. Raises InvalidInput as `read_workbook` does."""
    with _unpacked(content, most_unpacked=most_unpacked) as parts:
        main = _main_of(parts)
        return list(_sheets(parts, main, parts.relations(main)))


@contextmanager
def _unpacked(content: bytes, *, most_unpacked: int) -> Iterator["_Parts"]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield _Parts(archive, most_unpacked=most_unpacked)
    except InvalidInput:
        raise
    except _BROKEN as error:
        raise unreadable(_("This workbook cannot be read: save it again as XLSX or CSV UTF-8.")) from error


class _Parts:
    """The files in a workbook, by their names in small letters, as its own references take them."""

    def __init__(self, archive: zipfile.ZipFile, *, most_unpacked: int) -> None:
        self._archive = archive
        self._most = most_unpacked
        self._entries = {info.filename.replace("\\", "/").lower(): info for info in archive.infolist()}
        if "mimetype" in self._entries:
            raise unreadable(_("This is a LibreOffice spreadsheet: save it as XLSX or CSV UTF-8."))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def open(self, name: str, *, most: int = 0) -> IO[bytes]:
        info = self._entries[name.lower()]
        if info.file_size > min(most or self._most, self._most):
            raise unreadable(_("This workbook is too large."))
        return self._archive.open(info)

    def elements(self, name: str, *, most: int = 0) -> Iterator[tuple[str, Element]]:
        """Yield the elements of an XML file as they end, by their names without a namespace."""
        with self.open(name, most=most) as file:
            for element in _elements(file):
                yield _local(element.tag), element

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Return by id the last word of the relation's type, and the file that it leads to."""
        folder, base = posixpath.split(name)
        found = {}
        for tag, element in self.elements(posixpath.join(folder, "_rels", f"{base}.rels")):
            if tag == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                kind = element.get("Type", "").rpartition("/")[2]
                found[element.get("Id", "")] = (kind, target.lstrip("/"))
        return found


def _elements(file: IO[bytes]) -> Iterator[Element]:
    """Yield the elements as they end. Entities that grow without measure are refused by expat from 2.4.1 on,
    and ones from elsewhere are never fetched; defusedxml would parse in Python, which takes five times as long.
    """
    for _event, element in iterparse(file):  # noqa: S314
        yield element


def _main_of(parts: _Parts) -> str:
    return next(target for kind, target in parts.relations("").values() if kind == "officeDocument")


def _sheets(parts: _Parts, main: str, relations: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the files of the visible sheets by name."""
    found = {}
    for tag, element in parts.elements(main):
        if tag == "sheet":
            link = next(value for name, value in element.items() if _local(name) == "id" and name != "id")
            kind, target = relations[link]
            if kind == "worksheet" and element.get("state", "visible") == "visible":
                found[element.get("name", "")] = target
    return found


def _open(parts: _Parts, *, sheet: str) -> _Book:
    main = _main_of(parts)
    relations = parts.relations(main)
    recalculates, begins_1904 = False, False
    for tag, element in parts.elements(main):
        if tag == "calcPr":
            recalculates = _is_set(element, "fullCalcOnLoad")
        elif tag == "workbookPr":
            begins_1904 = _is_set(element, "date1904")
    sheets = _sheets(parts, main, relations)
    if sheet and sheet not in sheets:
        raise unreadable(_("The workbook has no sheet “%(name)s”.") % {"name": sheet[:60]})
    named = {kind: target for kind, target in relations.values() if target in parts}
    return _Book(
        sheet=sheets[sheet] if sheet else next(iter(sheets.values())),
        shared=list(_shared_texts(parts, named["sharedStrings"])) if "sharedStrings" in named else [],
        dates=_date_styles(parts, named["styles"]) if "styles" in named else frozenset(),
        recalculates=recalculates,
        begins_1904=begins_1904,
    )


def _shared_texts(parts: _Parts, name: str) -> Iterator[str]:
    for tag, element in parts.elements(name, most=_MOST_SHARED):
        if tag == "si":
            yield _text_of(element)
            element.clear()


def _text_of(element: Element) -> str:
    """Return the text of a cell, of which parts may look differently; without the hints to pronounce it."""
    pieces = []
    for child in element:
        tag = _local(child.tag)
        if tag == "t":
            pieces.append(child.text or "")
        elif tag == "r":
            pieces += [part.text or "" for part in child if _local(part.tag) == "t"]
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    """Return the text with _x000D_ and the like as the characters that XML cannot carry."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_styles(parts: _Parts, name: str) -> frozenset[int]:
    """Return the numbers of the styles of cells that show dates or times."""
    from openpyxl.styles.numbers import is_date_format  # heavy to load

    formats, styles = set(_DATE_FORMATS), []
    for tag, element in parts.elements(name):
        if tag == "numFmt":
            number = int(element.get("numFmtId", "0"))
            formats.discard(number)
            if is_date_format(element.get("formatCode", "")):
                formats.add(number)
        elif tag == "cellXfs":
            styles = [int(child.get("numFmtId", "0")) for child in element]
    return frozenset(place for place, number in enumerate(styles) if number in formats)


def _rows(file: IO[bytes], book: _Book) -> Iterator[TableRow]:
    """Read the file to its end, since only there its checksum shows whether it is whole."""
    number = 0
    for element in _elements(file):
        if _local(element.tag) == "row":
            number = int(element.get("r") or number + 1)
            if number > _MOST_ROWS:
                raise ValueError("A sheet has fewer rows.")
            cells = _cells(element, book)
            element.clear()
            if cells:
                yield TableRow(number, cells)


def _cells(row: Element, book: _Book) -> dict[int, Cell]:
    """Return the filled cells by their place, from 0 on."""
    cells: dict[int, Cell] = {}
    place = -1
    for element in row:
        named = _COLUMN.match(element.get("r") or "")
        place = _place(named[0]) if named else place + 1
        if place >= _MOST_COLUMNS:
            raise ValueError("A sheet has fewer columns.")
        cell = _cell(element, book)
        if cell is not None:
            cells[place] = cell
    return cells


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell(element: Element, book: _Book) -> Cell:
    value = inline = None
    is_formula = False
    for child in element:
        tag = _local(child.tag)
        if tag == "v":
            value = child.text or ""
        elif tag == "f":
            is_formula = True
        elif tag == "is":
            inline = _text_of(child)
    kind = element.get("t", "n")
    if is_formula and (book.recalculates or value is None or (value == "" and kind != "str")):
        return CellFault()
    if inline is not None:
        return text_cell(inline)
    return _value(kind, value, style=int(element.get("s") or 0), book=book) if value else None


def _value(kind: str, value: str, *, style: int, book: _Book) -> Cell:
    if kind == "s":
        return text_cell(book.shared[_index(value)])
    if kind == "str":
        return text_cell(_unescaped(value))
    if kind == "b":
        return value in ("1", "true")
    if kind == "e":
        return CellFault(value)
    if kind == "d":
        return datetime.fromisoformat(value)
    return _date(float(value), book) if style in book.dates else _number(value)


def _index(value: str) -> int:
    """Raise ValueError for what would count from the end."""
    if not value.isdecimal():
        raise ValueError("A shared text has a number from 0 on.")
    return int(value)


def _number(value: str) -> Cell:
    if _WHOLE.fullmatch(value):
        return int(value)
    number = float(value) if len(value) <= _LONGEST_NUMBER else float("nan")
    return number if abs(number) < float("inf") else CellFault("#NUM!")


def _date(value: float, book: _Book) -> Cell:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    try:
        return from_excel(value, CALENDAR_MAC_1904 if book.begins_1904 else CALENDAR_WINDOWS_1900)
    except (ValueError, OverflowError):
        return CellFault("#VALUE!")


def _is_set(element: Element, name: str) -> bool:
    return element.get(name, "0") in ("1", "true", "on")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
