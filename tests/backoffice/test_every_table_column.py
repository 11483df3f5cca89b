"""No column of a table is without the normaliser: what surrounds a text goes, what cannot be kept is a problem."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from backoffice.vendors.mypromo.job_table import ERROR_HEADS, SKU_HEADS, read_report
from catalog.models import ChangeKind
from catalog.services.change_sets.texts import TEXTS
from catalog.services.tables.columns import LAYOUTS
from catalog.services.tables.requests import TableReading, read_requests
from orders.marketing.models import LeftOut
from orders.marketing.services.campaigns.addresses import validate_row
from orders.marketing.services.campaigns.tables import COLUMNS, NEEDED, read_recipients

Write = Callable[[dict[str, str]], bytes]
# Padded, decomposed, with signs of direction and without ink around it.
DIRTY, CLEAN = " \u200e\u00a0Gro\u0308\u00dfe\u2069\u200b\u3000", "Gr\u00f6\u00dfe"
# By column that is no text: what is typed, and what is read of it.
TYPED: dict[str, tuple[str, Any]] = {
    "sku": (DIRTY, CLEAN),
    "quantity": ("\u200e 25\u200b", "25"),
    "sales": ("\u202a11,95\u00a0\u20ac\u202c ", "11.95"),
    "purchase": ("\ufeff1.234,50", "1234.50"),
    "recommended": ("12.\u2013\u200b", "12"),
    "order_max_qty": (" 1\u202f000\u200e", 1000),
    "tier_price_qty_only": ("\u200byes ", True),
    "available": ("\ufeffNein\u00a0", False),
    "managed": ("\u2067true\u2069", True),
    "qty": ("\u200e5\u200b", 5),
    **dict.fromkeys(TEXTS, (DIRTY, CLEAN)),
}
# What the rows need beside the column in question.
BESIDE = {"sku": "A", "quantity": "1"}


def as_csv(cells: dict[str, str]) -> bytes:
    rows = (";".join(f'"{text}"' for text in row) for row in (cells.keys(), cells.values()))
    return "\n".join(rows).encode()


def as_workbook(cells: dict[str, str]) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.append(list(cells))
    # XML cannot carry control characters: spreadsheets write them so.
    book.active.append([text.replace("\x01", "_x0001_") for text in cells.values()])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


both_files = pytest.mark.parametrize("write", [as_csv, as_workbook])
every_column = pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, column) for kind, layout in LAYOUTS.items() for column in (*layout.keys, *layout.typed)],
)


def read(kind: str, column: str, text: str, write: Write) -> TableReading:
    layout = LAYOUTS[kind]
    other = next(name for name in layout.typed if name != column or len(layout.typed) == 1)
    beside = {name: text for name, text in BESIDE.items() if name in layout.keys} | {other: TYPED[other][0]}
    return read_requests(write(beside | {column: text}), kind=kind, clear_blanks=False)


def values_of(reading: TableReading) -> set[Any]:
    """Return all that stands in the rows: SKUs, quantities and values."""
    found: set[Any] = set(reading.requests)
    for wish in reading.requests.values():
        for value in wish.values():
            found |= {*value.keys(), *value.values()} if isinstance(value, dict) else {value}
    return found


@both_files
@every_column
def test_every_column_is_cleaned(kind: str, column: str, write: Write) -> None:
    typed, expected = TYPED[column]
    reading = read(kind, column, typed, write)
    assert reading.problems == []
    assert expected in values_of(reading)


@both_files
@every_column
def test_a_control_character_in_any_column_is_a_problem_of_its_row(kind: str, column: str, write: Write) -> None:
    typed, _expected = TYPED[column]
    middle = len(typed) // 2
    reading = read(kind, column, f"{typed[:middle]}\x01{typed[middle:]}", write)
    assert reading.requests == {}
    assert [problem["row"] for problem in reading.problems] == [2]


@both_files
def test_a_currency_is_cleaned_although_it_is_only_shown(write: Write) -> None:
    cells = {"sku": "A", "quantity": "1", "sales": "5", "currency": "\u200e eur\u00a0"}
    assert read_requests(write(cells), kind=ChangeKind.SALES_PRICES, clear_blanks=False).requests == {
        "A": {"sales": {"1": "5"}, "currency": "EUR"}
    }


def recipient(field: str, text: str, write: Write) -> Any:
    cells = {COLUMNS[needed][0]: "x" for needed in NEEDED} | {COLUMNS[field][0]: text}
    [row] = read_recipients(write(cells))
    return row


@both_files
@pytest.mark.parametrize("field", COLUMNS)
def test_every_column_of_recipients_is_cleaned(field: str, write: Write) -> None:
    row = recipient(field, DIRTY, write)
    assert (row.values[field], row.reason) == (CLEAN, "")
    row = recipient(field, "\x01".join(DIRTY[:6:3]), write)
    assert (row.values[field], validate_row(row).reason) == ("", LeftOut.BAD_CELL)


@both_files
@pytest.mark.parametrize("sku", SKU_HEADS)
@pytest.mark.parametrize("error", ERROR_HEADS)
def test_every_column_of_a_vendors_report_is_cleaned(sku: str, error: str, write: Write) -> None:
    [row] = read_report(write({sku: f"\u200e{DIRTY}", error: DIRTY}))
    assert (row.sku, row.error) == (CLEAN, CLEAN)
    [row] = read_report(write({sku: "A", error: "no\x01good"}))
    assert (row.sku, row.error) == ("A", "no\ufffdgood")
