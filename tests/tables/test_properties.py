"""2,000 random sheets: every row is read as it was meant or refused by its number, none is silently another one."""

import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import cycle

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, read_code, read_paragraph
from backoffice.tables.numbers import read_amount, read_whole
from backoffice.tables.reading import read_table
from backoffice.tables.rows import TableRow
from backoffice.text.cleaning import clean_paragraph
from tests.tables.sheets import HEADER, WAYS, Sheet, Written, any_sheet

SHEETS = 2000
Meaning = tuple[str, Decimal, int, str]


def some_sheets(count: int) -> list[Sheet]:
    chance = random.Random(20261129)
    return [any_sheet(chance, way=way) for way, _number in zip(cycle(WAYS), range(count), strict=False)]


def meant(row: Written) -> Meaning:
    return row.sku, row.price, row.count, clean_paragraph(row.text)


def understood(row: TableRow, header: dict[int, str], *, price_of: Callable[[Cell], Decimal]) -> Meaning | None:
    """Return what is read of a row; None for one that is refused."""
    cells = row.named(header)
    try:
        if row.problem(header):
            return None
        return (
            read_code(cells["sku"]),
            price_of(cells["price"]),
            read_whole(cells["count"]),
            read_paragraph(cells["text"]),
        )
    except InvalidInput:
        return None


def carefully(cell: Cell) -> Decimal:
    return read_amount(cell).value


def by_guess(cell: Cell) -> Decimal:
    """Read the number as many readers do: the last sign stands before decimals."""
    text = "".join(str(cell).split()).replace("'", "")
    place = max(text.rfind(","), text.rfind("."))
    whole = text[:place].replace(",", "").replace(".", "")
    return Decimal(f"{whole}.{text[place + 1 :]}" if place >= 0 else text)


def compared(sheets: list[Sheet], *, price_of: Callable[[Cell], Decimal]) -> Counter[str]:
    """Return how many rows were read as meant, refused, refused though whole and clear, and silently different."""
    counts: Counter[str] = Counter()
    for sheet in sheets:
        table = read_table(sheet.content, most_rows=100)
        assert tuple(table.header.values()) == HEADER, sheet.way
        read = [(understood(row, table.header, price_of=price_of), row) for row in table.rows]
        assert len(read) == len(sheet.rows), sheet.way
        for written, (meaning, _row) in zip(sheet.rows, read, strict=True):
            if meaning is None:
                counts["refused"] += 1
                counts["refused for nothing"] += not (written.is_spoilt or could_be_two(written.cells[1]))
            else:
                same = meaning == meant(written) and not written.is_spoilt
                counts["as meant" if same else "silently different"] += 1
    return counts


def could_be_two(cell: Cell) -> bool:
    """Return whether a text has one sign only, and three digits behind it."""
    signs = [sign for sign in str(cell) if sign in ",."]
    bare = str(cell).replace(",", ".")
    return isinstance(cell, str) and len(signs) == 1 and len(bare.partition(".")[2]) == 3 and not bare.startswith("0")


def test_two_thousand_sheets_are_read_as_they_were_meant_or_refused_by_row() -> None:
    counts = compared(some_sheets(SHEETS), price_of=carefully)
    assert counts["silently different"] == 0
    assert counts["refused for nothing"] == 0
    assert counts["as meant"] > 4500
    assert counts["refused"] > 500


def test_a_reader_that_guesses_would_be_noticed() -> None:
    assert compared(some_sheets(400), price_of=by_guess)["silently different"] > 20
