"""What stands in a cell, and its text."""

import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from backoffice.errors import InvalidInput
from backoffice.text.cleaning import BadText, clean_code, clean_line, clean_paragraph, clean_part, trim
from backoffice.text.translatable import gettext as _

# Spreadsheets keep so many digits of a number; those behind are noise of its binary form.
SIGNIFICANT = 15
_SHOWN = 60
# Not the E of "Err:502".
_PLAIN_STARTS = frozenset(string.ascii_letters + string.digits) - {"E"}

# What spreadsheets show instead of a value that cannot be calculated, in the languages in which they save CSV files.
_ERRORS = frozenset({
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA", "#BUSY!", "#PYTHON!", "#EXTERNAL!", "#NV", "#BEZUG!", "#WERT!",
    "#ZAHL!", "#ÜBERLAUF!", "#VALEUR!", "#NOM?", "#NUL!", "#NOMBRE!", "#PROPAGATION!", "#¡REF!", "#¡VALOR!",
    "#¡DIV/0!", "#¿NOMBRE?", "#¡NUM!", "#¡NULO!", "#N/D", "#N/D!", "#RIF!", "#VALORE!", "#NOME?", "#NULLO!",
    "#VALOR!", "#NULO!", "#NÚM!", "#VERW!", "#WAARDE!", "#DEEL/0!", "#NAAM?", "#GETAL!", "#LEEG!", "#N/B", "#ADR!",
    "#ARG!", "#NAZWA?", "#LICZBA!", "#DZIEL/0!", "#ZERO!",
})  # fmt: skip


@dataclass(frozen=True)
class CellFault:
    """A cell that is not blank and yet has no value: an error, or without one a formula that was never calculated."""

    shown: str = ""

    @property
    def text(self) -> str:
        if self.shown:
            return _("the cell shows the error %(error)s.") % {"error": shown(self.shown)}
        return _("a formula without a result: open the file in a spreadsheet program, save it and upload it again.")


Timestamp = datetime | date | time | timedelta
Cell = str | int | float | Decimal | bool | Timestamp | CellFault | None


def bad_cell(text: str) -> InvalidInput:
    """Return the error of a cell that cannot be used, the complaint under ""."""
    return InvalidInput(text, errors={"": [text]})


def text_cell(text: str) -> Cell:
    """Return what a cell of text holds: nothing where nothing is seen, a fault where an error was saved as its text."""
    # Nearly every text begins with a letter or digit that everybody sees.
    if text[:1] in _PLAIN_STARTS:
        return text
    bare = trim(text)
    if not bare:
        return None
    return CellFault(bare) if is_error(bare) else text


def is_error(text: str) -> bool:
    """Return whether a spreadsheet writes this where a value cannot be calculated or the column is too narrow."""
    if text[0] == "#":
        return text in _ERRORS or (len(text) > 2 and not text.strip("#"))
    return text.startswith("Err:5") and len(text) == 7 and text[4:].isdigit()


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not trim(cell))


def is_datetime(cell: Cell) -> bool:
    """Return whether a spreadsheet took the cell for a date or a time."""
    return isinstance(cell, Timestamp)


def plain_number(number: float) -> Decimal:
    """Return the number that a spreadsheet shows: 11.95 for 11.949999999999999."""
    return Decimal(format(number, f".{SIGNIFICANT}g"))


def shown(cell: Cell) -> str:
    """Return the cell as a complaint repeats it."""
    if isinstance(cell, float):
        text = format(plain_number(cell), "f")
    else:
        text = cell.shown if isinstance(cell, CellFault) else str(cell)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def read_line(cell: Cell) -> str:
    """Return a text of one line. Raises InvalidInput, as the others here do, for what is no text."""
    return _text(cell, clean_line)


def read_part(cell: Cell) -> str:
    """Return a name or part of an address; dashes are none."""
    return _text(cell, clean_part)


def read_paragraph(cell: Cell) -> str:
    """Return a text that may have several lines."""
    return _text(cell, clean_paragraph)


def read_code(cell: Cell) -> str:
    """Return a SKU or another code. A number of more digits than spreadsheets keep is refused: its end is lost."""
    if isinstance(cell, float) and abs(cell) >= 10**SIGNIFICANT:
        text = _("%(value)s has more than the 15 digits a spreadsheet can store: format the cell as “text”.")
        raise bad_cell(text % {"value": shown(cell)})
    return _text(cell, clean_code)


def _text(cell: Cell, clean: Callable[[str], str]) -> str:
    if isinstance(cell, CellFault):
        raise bad_cell(cell.text)
    if isinstance(cell, bool | Timestamp):
        text = _("%(value)s is a date or a checkbox, not text: format the cell as “text” and enter the value again.")
        raise bad_cell(text % {"value": shown(cell)})
    if isinstance(cell, float):
        cell = format(plain_number(cell), "f")
    try:
        return "" if cell is None else clean(str(cell))
    except BadText as error:
        raise bad_cell(error.text) from error
