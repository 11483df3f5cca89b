"""What a cell of a column means: a text in the one spelling in which it is kept until the order is placed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from backoffice.tables.cells import (
    Cell,
    CellFault,
    bad_cell,
    is_blank,
    read_code,
    read_line,
    read_paragraph,
    read_part,
    shown,
)
from backoffice.tables.numbers import read_amount, read_whole
from backoffice.text.translatable import gettext as _
from orders.importing.services.countries import find_country
from orders.importing.services.fields import CellKind, ImportField
from orders.importing.services.formats import read_time

LONGEST = 2000
DOLLAR = "$"
_TAKEN_OFF = {"discount", "line_discount"}
_FLAGS = dict.fromkeys(("yes", "true", "1", "y", "x", "ja", "wahr", "oui", "si", "sì", "sí"), "yes")
_FLAGS |= dict.fromkeys(("no", "false", "0", "n", "nein", "falsch", "non"), "no")
# Spreadsheets and shops set an ' before what must stay a text: '01067.
_GUARD = re.compile(r"'(?=[0-9+])")
_URL = re.compile(r"(?:[\w-]{1,64}=)?(?:https?|sftp)://\S+")


@dataclass(frozen=True)
class CellReader:
    """How the cells of one table are written: the sign before decimals, the order of dates, the shop's time zone."""

    decimal: str
    dates: str
    zone: ZoneInfo

    def read(self, field: ImportField, cell: Cell) -> str:
        """Return what the cell holds, "" for nothing. Raise InvalidInput, the complaint under ""."""
        if is_blank(cell):
            return ""
        if isinstance(cell, str) and len(cell) > LONGEST:
            raise bad_cell(
                _("%(length)d characters; at most %(most)d are allowed.") % {"length": len(cell), "most": LONGEST}
            )
        if isinstance(cell, CellFault):
            raise bad_cell(cell.text)
        return self._read_known(field, cell)

    def currency_of(self, field: ImportField, cell: Cell) -> str:
        """Return the currency that is written beside an amount which can be read, "" for none. "$" is any dollar's."""
        if field.kind != CellKind.MONEY or not isinstance(cell, str):
            return ""
        return DOLLAR if DOLLAR in cell else read_amount(cell, decimal=self.decimal).currency

    def _read_known(self, field: ImportField, cell: Cell) -> str:
        match field.kind:
            case CellKind.MONEY:
                amount = read_amount(cell, decimal=self.decimal).value
                # Some exports have discounts as what is taken away.
                return f"{_at_least_0(abs(amount) if field.name in _TAKEN_OFF else amount, cell):f}"
            case CellKind.PERCENT:
                bare = cell.rstrip(" %") if isinstance(cell, str) else cell
                return f"{_at_least_0(read_amount(bare, decimal=self.decimal).value, cell).normalize():f}"
            case CellKind.WHOLE:
                return str(_at_least_1(read_whole(cell), cell))
            case CellKind.TIME:
                return read_time(cell, order=self.dates, zone=self.zone).isoformat()
            case CellKind.FLAG:
                return _flag(cell)
        return _TEXTS[field.kind](cell)


def _at_least_1(number: int, cell: Cell) -> int:
    if number < 1:
        raise bad_cell(_("%(value)s is less than 1.") % {"value": shown(cell)})
    return number


def _at_least_0(amount: Decimal, cell: Cell) -> Decimal:
    if not amount.is_finite():
        raise bad_cell(_("%(value)s is not a number.") % {"value": shown(cell)})
    if amount < 0:
        raise bad_cell(_("%(value)s is less than 0.") % {"value": shown(cell)})
    return abs(amount)  # a zero below nothing is one


def _flag(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    found = _FLAGS.get(read_line(cell).casefold())
    if found is None:
        raise bad_cell(_("%(value)s is neither yes nor no.") % {"value": shown(cell)})
    return found


def _without_guard(read: Callable[[Cell], str]) -> Callable[[Cell], str]:
    def run(cell: Cell) -> str:
        return read(_GUARD.sub("", cell, count=1) if isinstance(cell, str) and cell[0] == "'" else cell)

    return run


def _country(cell: Cell) -> str:
    return find_country(read_part(cell))


def _files(cell: Cell) -> str:
    """Return the addresses, one a line. Between them stand spaces, lines, | or ;."""
    parts = [part for part in re.split(r"[\s|]+|;(?=\s|[\w-]*=?(?:https?|sftp)://)", read_paragraph(cell)) if part]
    for part in parts:
        if not _URL.fullmatch(part):
            raise bad_cell(_("%(value)s is not a file URL. It must begin with https://.") % {"value": shown(part)})
    return "\n".join(parts)


_TEXTS: dict[CellKind, Callable[[Cell], str]] = {
    CellKind.CODE: _without_guard(read_code),
    CellKind.LINE: _without_guard(read_line),
    CellKind.PART: _without_guard(read_part),
    CellKind.PARAGRAPH: read_paragraph,
    CellKind.COUNTRY: _country,
    CellKind.FILES: _files,
}
