"""Rows of a table, whichever file they came from."""

from collections.abc import Mapping
from dataclasses import dataclass

from backoffice.errors import InvalidInput
from backoffice.tables.cells import Cell, CellFault, shown
from backoffice.text.translatable import gettext as _


def unreadable(text: str) -> InvalidInput:
    """Return the error for a file of which nothing is taken."""
    return InvalidInput(text, errors={"file": [text]})


@dataclass(frozen=True)
class TableRow:
    """A row with something in it. `number` is the spreadsheet's; `cells` are the filled ones by place, from 0 on."""

    number: int
    cells: Mapping[int, Cell]

    def stray(self, header: Mapping[int, str]) -> int | None:
        """Return the place of the first cell that stands in no column, None where all do."""
        if self.cells.keys() <= header.keys():
            return None
        return next(place for place in self.cells if place not in header)

    def problem(self, header: Mapping[int, str]) -> str:
        """Return what makes the row unusable: a cell without a column, or one without a value. Empty for a good row."""
        if (stray := self.stray(header)) is not None:
            message = _(
                "Column %(column)s has no name, but this row has “%(value)s” there. Is a value with a comma "
                "missing its quotation marks?"
            )
            return message % {"column": column_letters(stray), "value": shown(self.cells[stray])}
        for place, cell in self.cells.items():
            if isinstance(cell, CellFault):
                return _("%(column)s: %(problem)s") % {"column": header[place], "problem": cell.text}
        return ""

    def named(self, header: Mapping[int, str]) -> dict[str, Cell]:
        """Return the cells by their column, blank ones as None."""
        return {name: self.cells.get(place) for place, name in header.items()}


def column_letters(place: int) -> str:
    """Return how spreadsheets name the column: A for 0, AA for 26."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
