"""Random sheets of four columns, written as spreadsheets of four countries and libraries write them."""

import csv
import io
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell import Cell as OpenpyxlCell

HEADER = ("sku", "price", "count", "text")
# Sign before decimals, between thousands.
LOCALES = {"en": (".", ","), "de": (",", "."), "ch": (".", "'"), "fr": (",", "\N{NARROW NO-BREAK SPACE}")}
LETTERS = "abc XYZ0189.,;:'\"-=+@#%&/()<>äöüßéñ€\t\n"
FOREIGN = "łşőжω中日ع\N{NO-BREAK SPACE}\N{ZERO WIDTH JOINER}\N{COMBINING ACUTE ACCENT}😀"


@dataclass(frozen=True)
class Formula:
    """A cell with a formula; a library that does not calculate stores nothing, or a 0."""


@dataclass(frozen=True)
class Written:
    """One row: what it means, and its cells as they are written. A spoilt one must not be read at all."""

    sku: str
    price: Decimal
    count: int
    text: str
    cells: list[Any] = field(default_factory=list)
    is_spoilt: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file and what is in it."""

    way: str
    content: bytes
    rows: list[Written]


Writer = Callable[[list[list[Any]]], bytes]


def any_sheet(chance: random.Random, *, way: str) -> Sheet:
    """Draw a sheet of one to five rows in one of `WAYS`."""
    writer, letters, holds_numbers = WAYS[way]
    rows = [any_row(chance, letters=letters, holds_numbers=holds_numbers) for _count in range(chance.randint(1, 5))]
    return Sheet(way, writer([list(HEADER), *(row.cells for row in rows)]), rows)


def any_row(chance: random.Random, *, letters: str, holds_numbers: bool) -> Written:
    price = Decimal(chance.randrange(10 ** chance.randint(1, 9))).scaleb(-chance.randint(0, 4))
    count = chance.choice([chance.randrange(10), chance.randrange(10_000), chance.randrange(10_000_000), 1000, 2000])
    text = "".join(chance.choice(letters) for _letter in range(chance.randrange(25)))
    # A ' before what looks like a formula is the mark by which tables keep it from being one.
    text = unicodedata.normalize("NFC", text).lstrip("'#")
    sku = chance.choice([f"{chance.randrange(10**8):08}", f"MP-{chance.randrange(1000)}", f" X{chance.randrange(99)} "])
    locale = chance.choice(list(LOCALES))
    cells: list[Any] = [sku, any_spelling(chance, price, locale), any_spelling(chance, Decimal(count), locale, 0), text]
    if holds_numbers and chance.random() < 0.7:
        noise = chance.choice([1, 3, 7])
        cells[1:3] = [float(price) / noise * noise, chance.choice([count, float(count)])]
    row = Written(sku.strip(), price, count, text, cells)
    return spoilt(chance, row, holds_numbers=holds_numbers) if chance.random() < 0.1 else row


def any_spelling(chance: random.Random, number: Decimal, locale: str, decimals: int | None = None) -> str:
    """Draw a spelling of the number as in that country: with thousands or without, with at least its own decimals."""
    point, between = LOCALES[locale]
    own = max(0, -int(number.as_tuple().exponent))
    shown = own if decimals is None and chance.random() < 0.6 else max(own, decimals or 0, chance.choice([0, 2]))
    text = format(number, f"{',' if chance.random() < 0.6 else ''}.{shown if decimals is None else own}f")
    return text.replace(",", "\0").replace(".", point).replace("\0", between)


def spoilt(chance: random.Random, row: Written, *, holds_numbers: bool) -> Written:
    """Return the row with an error, a cell too many, or (in a workbook) a formula that nobody calculated."""
    cells = list(row.cells)
    kind = chance.choice(["error", "more", "formula" if holds_numbers else "error"])
    if kind == "more":
        cells.insert(chance.randint(1, 3), "95")
        cells[-1] = cells[-1].strip() or "x"
    else:
        cells[chance.randrange(4)] = "#N/A" if kind == "error" else Formula()
    return Written(row.sku, row.price, row.count, row.text, cells, is_spoilt=True)


def with_openpyxl(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(number, column)
            assert isinstance(cell, OpenpyxlCell)
            cell.value = "=1+1" if isinstance(value, Formula) else value
            if isinstance(value, str) and value != "#N/A":
                cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_xlsxwriter(rows: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, Formula):
                sheet.write_formula(number, column, "=1+1")
            elif isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)
    book.close()
    return file.getvalue()


def with_csv(
    *, delimiter: str, encoding: str, before: str = "", end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> Writer:
    def write(rows: list[list[Any]]) -> bytes:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
        writer.writerows(rows)
        text = before + file.getvalue()
        # Windows' letters have one kind of no-break space.
        return (
            text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}") if encoding == "cp1252" else text
        ).encode(encoding)

    return write


# The writer, the letters that it can write, and whether its cells may be numbers.
WAYS: dict[str, tuple[Writer, str, bool]] = {
    "openpyxl": (with_openpyxl, LETTERS + FOREIGN, True),
    "xlsxwriter": (with_xlsxwriter, LETTERS + FOREIGN + "_x0041_", True),
    "csv utf-8 with mark": (with_csv(delimiter=",", encoding="utf-8-sig"), LETTERS + FOREIGN, False),
    "csv of windows": (with_csv(delimiter=";", encoding="cp1252"), LETTERS, False),
    "unicode text": (with_csv(delimiter="\t", encoding="utf-16"), LETTERS + FOREIGN, False),
    "csv of libreoffice": (
        with_csv(delimiter=",", encoding="utf-8", end="\n", quoting=csv.QUOTE_ALL), LETTERS + FOREIGN, False,
    ),
    "csv with sep": (with_csv(delimiter=";", encoding="utf-8", before="sep=;\r\n"), LETTERS + FOREIGN, False),
    "tabs after blank lines": (
        with_csv(delimiter="\t", encoding="utf-8", before="\r\n \r\n"), LETTERS + FOREIGN, False,
    ),
}  # fmt: skip
